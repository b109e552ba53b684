package evaluate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Metric is a score of a caption against its references that is added from
// outside. A corpus scores the mean of its pictures, with the intervals,
// baselines and reference points that the others have.
type Metric struct {
	Name    string  // the score's key in reports
	Label   string  // what people read, by default the name
	Maximum float64 // the best score there is, 0 where there is no end
	Costly  bool    // scoring takes long, so the floor is sought with the others
	// Score is called by many goroutines at once, with the tokens of the
	// caption and of each reference.
	Score func(caption []string, references [][]string) float64
}

// Scale is how a score is shown.
type Scale struct {
	Label   string  `json:"label"`
	Maximum float64 `json:"maximum,omitempty"` // the best score there is, 0 where there is no end
}

// addedMetric is a Metric from outside as the others are.
type addedMetric struct {
	Metric
	mean
}

// addTo appends the metrics that were added. No two have one name.
func addTo(metrics []metric, added []Metric) ([]metric, error) {
	var names []string
	for _, m := range metrics {
		names = append(names, m.names()...)
	}
	for _, m := range added {
		switch {
		case m.Name == "" || m.Score == nil:
			return nil, errors.New("an added metric has no name or no score")
		case slices.Contains(names, m.Name):
			return nil, fmt.Errorf("two metrics are named %s", m.Name)
		}
		names = append(names, m.Name)
		metrics = append(metrics, &addedMetric{m, mean{name: m.Name, score: m.of}})
	}
	return metrics, nil
}

// of scores a tokenized picture.
func (m Metric) of(p *picture) float64 {
	words := func(t text) []string { return strings.FieldsFunc(t.line, isSpace) }
	return m.Score(words(p.caption), each(p.references, words))
}
