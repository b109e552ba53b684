package metrics

import (
	"math"
	"slices"
)

// Mean is NaN of no values.
func Mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// Deviation is the standard deviation with n-1 below, 0 for one value.
func Deviation(values []float64) float64 {
	if len(values) < 2 {
		return 0
	}
	m, sum := Mean(values), 0.0
	for _, v := range values {
		sum += (v - m) * (v - m)
	}
	return math.Sqrt(sum / float64(len(values)-1))
}

// Quantile interpolates linearly between the order statistics of sorted, as
// numpy's default does (Hyndman and Fan 1996, type 7).
func Quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// Median is the middle of values in any order.
func Median(values []float64) float64 {
	return Quantile(slices.Sorted(slices.Values(values)), .5)
}
