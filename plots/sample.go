package plots

import (
	"math"
	"slices"
)

// sample is one metric over the pictures of one system, its exact zeros apart.
type sample struct {
	All   []float64 // in picture order
	Rest  []float64 // those above zero, ascending
	Zeros int
}

func newSample(values []float64, m metric) sample {
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

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// deviation is the standard deviation with n-1 below, 0 for one value.
func deviation(values []float64) float64 {
	if len(values) < 2 {
		return 0
	}
	m, sum := mean(values), 0.0
	for _, v := range values {
		sum += (v - m) * (v - m)
	}
	return math.Sqrt(sum / float64(len(values)-1))
}

// quantile interpolates linearly between the order statistics of sorted, as
// numpy's default does (Hyndman and Fan 1996, type 7).
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

func median(values []float64) float64 {
	return quantile(slices.Sorted(slices.Values(values)), .5)
}
