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
// known is drawn between 0 and 1 under its own name.
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
