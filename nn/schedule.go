package nn

import "math"

// Schedule gives the factor of the learning rate for an optimiser step,
// counted from 0. It is a pure function, so that it needs no state of its own
// to go on after a restart.
type Schedule func(step int) float64

// Constant leaves the learning rate as it is.
func Constant() Schedule { return func(int) float64 { return 1 } }

// Cosine falls from 1 to floor over steps, along half a cosine, and stays
// there: Loshchilov and Hutter 2017, equation 5, without restarts.
func Cosine(steps int, floor float64) Schedule {
	return func(step int) float64 {
		done := math.Min(float64(step)/float64(max(steps, 1)), 1)
		return floor + (1-floor)*(1+math.Cos(math.Pi*done))/2
	}
}

// WarmUp rises in equal parts, 1/steps first, over steps, and then follows
// after, whose steps are counted from the end of the rise.
func WarmUp(steps int, after Schedule) Schedule {
	return func(step int) float64 {
		if step < steps {
			return float64(step+1) / float64(steps)
		}
		return after(step - steps)
	}
}

// Plateau lowers the learning rate when a score has not risen for a while, as
// torch.optim.lr_scheduler.ReduceLROnPlateau does with mode max and an
// absolute threshold of 0. Its fields are all that it needs to go on after a
// restart; store them as JSON.
type Plateau struct {
	Factor   float64 `json:"factor"`   // of the learning rate, for each fall, .5 say
	Patience int     `json:"patience"` // scores without a rise that are borne

	Best   float64 `json:"best"`
	Scored bool    `json:"scored"` // whether there was a best
	Since  int     `json:"since"`  // scores since the best, or since the last fall
	Falls  int     `json:"falls"`  // times that the rate was lowered
}

// Observe takes a score, higher is better, and returns the factor of the
// learning rate from now on. A score that is not a number is no rise.
func (p *Plateau) Observe(score float64) float64 {
	p.Since++
	if score > p.Best || !p.Scored && !math.IsNaN(score) {
		p.Best, p.Since, p.Scored = score, 0, true
	}
	if p.Since > p.Patience {
		p.Falls, p.Since = p.Falls+1, 0
	}
	return math.Pow(p.Factor, float64(p.Falls))
}
