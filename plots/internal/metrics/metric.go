// Package metrics knows the scores of a report by their keys: what figures call
// them, their bounds and their order; and the statistics that figures state.
package metrics

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// Metric describes one score of a report, whose key is
// pycocoevalcap's.
type Metric struct {
	Key   string  // in the report: "Bleu_4"
	Label string  // in figures: "BLEU-4"
	High  float64 // the largest value it can take; the smallest is 0
	// Zero is the largest value that stands for "nothing matched".
	// pycocoevalcap adds 1e-15 to the matched n-grams of a picture, so that its
	// BLEU of a caption that shares no 4-gram is about 1e-4 and never 0.
	Zero float64
}

// order is the order in which people expect the scores.
var order = []string{"Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "METEOR", "METEOR_no_paraphrase", "ROUGE_L", "CIDEr"}

// Of returns what is known of the score named key. A name that is not
// known is drawn under its own name between 0 and 1, or 0 and 100: see
// Scaled.
func Of(key string) Metric {
	m := Metric{Key: key, Label: strings.ReplaceAll(typeset.Clean(key), "_", " "), High: 1}
	switch {
	case strings.HasPrefix(key, "Bleu_"):
		m.Label, m.High, m.Zero = evaluate.BLEU.Label+"-"+strings.TrimPrefix(key, "Bleu_"), evaluate.BLEU.Maximum, 5e-4
	case key == "CIDEr":
		m.Label, m.High = evaluate.CIDEr.Label, evaluate.CIDEr.Maximum
	case key == "ROUGE_L":
		m.Label, m.High = evaluate.ROUGE.Label, evaluate.ROUGE.Maximum
	case key == "METEOR_no_paraphrase":
		m.Label, m.High = evaluate.METEOR.Label+" (no paraphrases)", evaluate.METEOR.Maximum
	}
	return m
}

// In returns what is known of a report's score: of a metric from outside what
// the report says of it. One without a maximum is drawn up to twice the largest
// value that the report has.
func In(r *evaluate.Report, key string) Metric {
	m := Of(key)
	scale, added := r.Added[key]
	if !added {
		return m.Scaled(largest(r, key))
	}
	if m.Label = typeset.Clean(scale.Label); m.Label == "" {
		m.Label = Of(key).Label
	}
	if m.High = scale.Maximum; m.High <= 0 {
		m.High = max(1, 2*largest(r, key), 2*r.Scores[key], 2*r.Intervals[key][1])
	}
	return m
}

// largest is the largest value of a report's pictures, and of people's.
func largest(r *evaluate.Report, key string) (most float64) {
	for _, image := range r.PerImage {
		most = max(most, image.Scores[key])
	}
	if p := r.ReferencePoints; p != nil && p.LeaveOneOut != nil {
		for _, value := range p.LeaveOneOut.HumanPerImage[key] {
			most = max(most, value)
		}
	}
	return most
}

// known reports whether the score's bounds are known by its name.
func (m Metric) known() bool {
	return strings.HasPrefix(m.Key, "Bleu_") || slices.Contains(order, m.Key)
}

// Scaled returns m for values up to largest: another tool's scores are in
// percent where one is above 1.
func (m Metric) Scaled(largest float64) Metric {
	if largest > 1 && !m.known() {
		m.High = 100
	}
	return m
}

// Sort orders keys as people expect the scores, unknown ones last by name.
func Sort(keys []string) {
	rank := func(key string) int {
		if i := slices.Index(order, key); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}

// Holds reports whether v lies within the metric's bounds, but for rounding.
func (m Metric) Holds(v float64) bool { return v >= 0 && v <= m.High*(1+1e-5) }

// Outside is the error for a v that does not.
func (m Metric) Outside(what string, v float64) error {
	return fmt.Errorf("%s %v, which is not between 0 and %v", what, v, m.High)
}
