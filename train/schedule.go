package train

import (
	"math"

	"github.com/seetell/seetell/nn"
)

// The values of Config.Schedule.
const (
	ScheduleConstant = "constant"
	ScheduleCosine   = "cosine"  // Loshchilov and Hutter 2017, equation 5, without restarts
	SchedulePlateau  = "plateau" // lower where the score has not risen for Config.Patience epochs
)

// factor returns what the learning rates are multiplied by at a step, counted
// from 0, of a phase of total steps. Before a cosine the rise takes half of them
// at most, so that few pictures are learned from too. A plateau's own factor is
// apart.
func (c Config) factor(step, total int) float64 {
	if c.Schedule != ScheduleCosine {
		return nn.WarmUp(c.WarmUp, nn.Constant())(step)
	}
	rise := min(c.WarmUp, total/2)
	return nn.WarmUp(rise, nn.Cosine(total-rise, 0))(step)
}

// setRates sets the learning rates of this step, of so many an epoch. The self-critical epochs are
// a phase of their own, with its own rate, to which the backbone's keeps its
// proportion.
func (r *session) setRates(steps int) {
	epochs, rate := r.cfg.Epochs-r.cfg.SelfCritical, r.cfg.LearningRate
	if r.critical() {
		epochs, rate = r.cfg.SelfCritical, r.cfg.SelfCriticalRate
	}
	factor := r.cfg.factor(r.progress.Steps-r.progress.PhaseStart, epochs*steps)
	factor *= math.Pow(r.cfg.PlateauFactor, float64(r.progress.Plateau.Falls))
	r.progress.Running.LearningRate = rate * factor
	r.optimiser.SetLearningRate(0, rate*factor)
	r.optimiser.SetLearningRate(1, r.cfg.backboneRate()*rate/r.cfg.LearningRate*factor)
}

// observe takes the score of an epoch: the rates fall on a plateau, or the run
// has been patient enough.
func (r *session) observe(score float64) {
	if r.cfg.Patience == 0 {
		return
	}
	plateau := &r.progress.Plateau
	plateau.Factor, plateau.Patience = r.cfg.PlateauFactor, r.cfg.Patience
	if r.cfg.Schedule != SchedulePlateau {
		plateau.Factor = 1
	}
	plateau.Observe(score)
}

// done tells whether the run has done its epochs, or would do the rest in
// vain.
func (r *session) done() bool {
	impatient := r.cfg.Schedule != SchedulePlateau && r.progress.Plateau.Falls > 0
	return impatient || r.progress.Epochs >= r.cfg.Epochs
}
