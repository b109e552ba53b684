package plots

import (
	"github.com/seetell/seetell/evaluate/grounding"
	"github.com/seetell/seetell/plots/internal/metrics"
)

// System is one captioner's scores over the pictures of one split.
type System struct {
	Name   string
	Images int
	Words  []int    // caption length of each picture, in words
	Series []Series // a metric each, in the order people expect
	// Grounding says how far attention lies on what words name; nil where that
	// was not measured.
	Grounding *grounding.Report
}

// Series is one metric over the pictures of a system.
type Series struct {
	Metric   string    // its name in the report: "Bleu_4"
	Label    string    // its name in figures: "BLEU-4"; empty: as its name says
	High     float64   // the largest value that it can take; 0: as its name says, else 1
	Values   []float64 // one per picture, in the report's order
	Score    float64   // of the corpus, which is not the mean of Values
	Interval []float64 // low and high of its 95 % interval; nil where unknown
	Human    *Reference
	Floor    *Reference
	// Fewer has the scores that compare with Human's, which had one reference
	// fewer: people's captions are scored against the others. Nil where Human
	// is, or where nothing is known.
	Fewer *Fewer
}

// metric is the series' metric with its label and bounds.
func (s *Series) metric() metrics.Metric {
	m := metrics.Of(s.Metric)
	if s.Label != "" {
		m.Label = s.Label
	}
	if s.High > 0 {
		m.High = s.High
	}
	return m
}

// Fewer has the scores of a system and of the floor against as many references
// as people's captions had.
type Fewer struct{ Score, Floor float64 }

// Reference is a score to compare with: people's captions, each scored against
// the other references (human), or captions that took no look at the picture
// (floor).
type Reference struct {
	Name   string
	Score  float64   // of the corpus
	Values []float64 // one per picture; nil where unknown
}

// series returns the series of the metric, nil where the system has none.
func (s *System) series(metric string) *Series {
	for i := range s.Series {
		if s.Series[i].Metric == metric {
			return &s.Series[i]
		}
	}
	return nil
}

// metricsOf lists the metrics that any of the systems has, in order.
func metricsOf(systems []*System) []string {
	seen := map[string]bool{}
	var keys []string
	for _, system := range systems {
		for _, series := range system.Series {
			if !seen[series.Metric] {
				seen[series.Metric] = true
				keys = append(keys, series.Metric)
			}
		}
	}
	metrics.Sort(keys)
	return keys
}

// metricIn is the metric with the label that it has in the first of systems, and
// the largest bounds that it has in any.
func metricIn(systems []*System, key string) metrics.Metric {
	var found metrics.Metric
	for _, system := range systems {
		if s := system.series(key); s != nil {
			m := s.metric()
			if found.Key == "" {
				found = m
			}
			found.High = max(found.High, m.High)
		}
	}
	if found.Key == "" {
		return metrics.Of(key)
	}
	return found
}
