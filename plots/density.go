package plots

import (
	"math"
	"slices"

	"github.com/seetell/seetell/plots/internal/metrics"
)

// density is a Gaussian kernel estimate over [0, high], reflected at both
// bounds so that no mass leaves them (Silverman 1986, §2.10).
type density struct {
	values    []float64 // ascending
	high      float64
	bandwidth float64
}

// newDensity estimates the density of the ascending values. ok is false where
// there is none: fewer than two values, or all of them equal.
func newDensity(values []float64, high float64) (d density, ok bool) {
	h := silverman(values)
	return density{values, high, h}, h > 0
}

// silverman returns the bandwidth 0.9 min(sd, IQR/1.34) n^(-1/5) of the
// ascending values (Silverman 1986, equation 3.31).
func silverman(values []float64) float64 {
	if len(values) < 2 {
		return 0
	}
	spread := metrics.Deviation(values)
	if iqr := metrics.Quantile(values, .75) - metrics.Quantile(values, .25); iqr > 0 {
		spread = min(spread, iqr/1.34)
	}
	if spread < 1e-12*math.Abs(values[len(values)-1]) {
		return 0 // equal but for rounding
	}
	return .9 * spread * math.Pow(float64(len(values)), -.2)
}

// at returns the density at x in [0, high]; its integral there is 1. Each value
// has its mirror images in 0 and in high, and those theirs one period on.
func (d density) at(x float64) float64 {
	sum := 0.0
	for _, shift := range [...]float64{-2 * d.high, 0, 2 * d.high} {
		sum += d.near(x-shift) + d.near(shift-x)
	}
	return sum / (float64(len(d.values)) * d.bandwidth)
}

// near sums the kernels of the values near x; further off they are below 1e-10
// of their height.
func (d density) near(x float64) float64 {
	const reach = 7
	first, _ := slices.BinarySearch(d.values, x-reach*d.bandwidth)
	sum := 0.0
	for _, v := range d.values[first:] {
		if v > x+reach*d.bandwidth {
			break
		}
		sum += gauss((x - v) / d.bandwidth)
	}
	return sum
}

// gauss is the standard normal density.
func gauss(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }

// curve samples the density at points+1 places from 0 to right.
func (d density) curve(right float64, points int) (x, y []float64) {
	x, y = make([]float64, points+1), make([]float64, points+1)
	for i := range x {
		x[i] = right * float64(i) / float64(points)
		y[i] = d.at(x[i])
	}
	return x, y
}
