package plots

import (
	"slices"

	"github.com/seetell/seetell/plots/internal/metrics"
)

// sample is one metric over the pictures of one system, its exact zeros apart.
type sample struct {
	All   []float64 // in picture order
	Rest  []float64 // those above zero, ascending
	Zeros int
}

func newSample(values []float64, m metrics.Metric) sample {
	s := sample{All: values}
	for _, v := range values {
		if v <= m.Zero {
			s.Zeros++
		} else {
			s.Rest = append(s.Rest, v)
		}
	}
	slices.Sort(s.Rest)
	return s
}

// zeroShare is the share of pictures at zero, in [0, 1].
func (s sample) zeroShare() float64 {
	if len(s.All) == 0 {
		return 0
	}
	return float64(s.Zeros) / float64(len(s.All))
}
