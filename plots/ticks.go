package plots

import (
	"math"

	"gonum.org/v1/plot"

	"github.com/seetell/seetell/plots/internal/typeset"
)

// ticks places round numbers on an axis.
type ticks struct {
	Whole bool // whole numbers alone
	Count bool // none below zero
	Most  int  // ticks at most, 7 where 0
}

// Ticks returns the ticks of the axis from low to high.
func (t ticks) Ticks(low, high float64) []plot.Tick {
	if t.Count {
		low = max(low, 0)
	}
	most := t.Most
	if most == 0 {
		most = 7
	}
	step := roundUp((high - low) / float64(most-1))
	if t.Whole {
		step = max(1, math.Ceil(step))
	}
	digits := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	if lead := step * math.Pow10(digits); math.Abs(lead-math.Round(lead)) > 1e-6 {
		digits++ // 0.25, not 0.3
	}
	var marks []plot.Tick
	first, last := math.Ceil(low/step-1e-9), math.Floor(high/step+1e-9)
	for i := range min(max(int(last-first)+1, 0), 3*most) {
		at := (first + float64(i)) * step
		marks = append(marks, plot.Tick{Value: at, Label: typeset.Number(at, digits)})
	}
	return marks
}

// roundUp returns the smallest of 1, 2, 2.5 and 5 times a power of ten that is
// no less than step.
func roundUp(step float64) float64 {
	if step <= 0 || math.IsInf(step, 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(step)+1e-9))
	for _, lead := range []float64{1, 2, 2.5, 5} {
		if lead*power >= step*(1-1e-9) {
			return lead * power
		}
	}
	return 10 * power
}
