package plots

import (
	"slices"
	"strings"
)

// metric describes one score of a report, which cli.md names as
// pycocoevalcap does.
type metric struct {
	Key   string  // in the report: "Bleu_4"
	Label string  // in figures: "BLEU-4"
	High  float64 // the largest value it can take; the smallest is 0
	// Zero is the largest value that stands for "nothing matched".
	// pycocoevalcap adds 1e-15 to the matched n-grams of a picture, so that its
	// BLEU of a caption that shares no 4-gram is about 1e-4 and never 0.
	Zero float64
}

// metricOrder is the order in which people expect the scores.
var metricOrder = []string{"Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "METEOR", "METEOR_no_paraphrase", "ROUGE_L", "CIDEr"}

// metricOf returns what is known of the score named key. A name that is not
// known is drawn under its own name between 0 and 1, or 0 and 100: see scale.
func metricOf(key string) metric {
	m := metric{Key: key, Label: strings.ReplaceAll(clean(key), "_", " "), High: 1}
	switch {
	case strings.HasPrefix(key, "Bleu_"):
		m.Label, m.Zero = "BLEU-"+strings.TrimPrefix(key, "Bleu_"), 5e-4
	case key == "CIDEr":
		m.Label, m.High = "CIDEr-D", 10
	case key == "ROUGE_L":
		m.Label = "ROUGE-L"
	case key == "METEOR_no_paraphrase":
		m.Label = "METEOR (no paraphrases)"
	}
	return m
}

// known reports whether the score's bounds are known by its name.
func (m metric) known() bool {
	return strings.HasPrefix(m.Key, "Bleu_") || slices.Contains(metricOrder, m.Key)
}

// scale returns m for values up to largest: another tool's scores are in
// percent where one is above 1.
func (m metric) scale(largest float64) metric {
	if largest > 1 && !m.known() {
		m.High = 100
	}
	return m
}

// metricIn is the metric with the bounds that it has in any of systems.
func metricIn(systems []*System, key string) metric {
	m := metricOf(key)
	for _, system := range systems {
		if s := system.series(key); s != nil {
			m.High = max(m.High, s.bounds().High)
		}
	}
	return m
}

// sortMetrics orders keys as metricOrder does, unknown ones last by name.
func sortMetrics(keys []string) {
	rank := func(key string) int {
		if i := slices.Index(metricOrder, key); i >= 0 {
			return i
		}
		return len(metricOrder)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}
