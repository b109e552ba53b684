package train

import "math"

// The values of Config.Schedule.
const (
	ScheduleConstant = "constant"
	ScheduleCosine   = "cosine" // Loshchilov and Hutter 2017, equation 5, without restarts
)

// factor returns what the learning rates are multiplied by at a step, counted
// from 0, of a run of total steps.
func (c Config) factor(step, total int) float64 {
	if step < c.WarmUp {
		return float64(step+1) / float64(c.WarmUp)
	}
	if c.Schedule == ScheduleCosine {
		done := float64(step-c.WarmUp) / float64(max(total-c.WarmUp, 1))
		return (1 + math.Cos(math.Pi*min(done, 1))) / 2
	}
	return 1
}
