package plots

import (
	"math"

	"github.com/seetell/seetell/plots/internal/metrics"
)

// histogram counts values in equal bins from 0.
type histogram struct {
	Width  float64
	Counts []int
}

// newHistogram counts the ascending values, all in [0, right], in bins of the
// given width; a value at right belongs to the last bin.
func newHistogram(values []float64, width, right float64) histogram {
	bins := max(1, int(math.Round(right/width)))
	h := histogram{width, make([]int, bins)}
	for _, v := range values {
		h.Counts[min(bins-1, int(v/width+1e-9))]++
	}
	return h
}

func (h histogram) highest() int {
	highest := 0
	for _, n := range h.Counts {
		highest = max(highest, n)
	}
	return highest
}

// binWidth returns a round width near Freedman and Diaconis's 2 IQR n^(-1/3)
// that gives 10 to 50 bins up to right.
func binWidth(values []float64, right float64) float64 {
	width := right / 20
	if len(values) > 1 {
		if iqr := metrics.Quantile(values, .75) - metrics.Quantile(values, .25); iqr > 0 {
			width = 2 * iqr / math.Cbrt(float64(len(values)))
		}
	}
	width = min(max(width, right/50), right/10)
	return roundStep(width)
}

// roundStep returns the largest of 1, 2, 2.5 and 5 times a power of ten that
// is no more than step.
func roundStep(step float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(step)+1e-9))
	for _, lead := range []float64{5, 2.5, 2} {
		if lead*power <= step*(1+1e-9) {
			return lead * power
		}
	}
	return power
}

// rightEdge returns where the axis of values ends: at a round number above the
// largest, or at high; no nearer than a fiftieth of high.
func rightEdge(largest, high float64) float64 {
	if largest <= 0 {
		return high
	}
	largest = max(largest, high/50)
	step := roundStep(largest / 4)
	return min(high, step*math.Floor(largest/step+1+1e-9))
}
