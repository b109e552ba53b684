package train

import (
	"math"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/nn"
)

// critical tells whether an epoch, counted from 0, is self-critical.
func (c Config) critical(epoch int) bool { return epoch >= c.Epochs-c.SelfCritical }

// modes says how BatchNorm behaves in an epoch's training and what is frozen:
// the feature norm always uses the batch's statistics, and in self-critical
// epochs the backbone stays as it is, so that a picture goes through it once.
func (c Config) modes(epoch int) captioner.Modes {
	modes := captioner.Modes{Backbone: nn.Frozen, Norm: nn.Train, Frozen: c.FrozenLayers}
	if c.BatchNorm == BatchNormBatch {
		modes.Backbone = nn.Train
	}
	if c.FreezeEncoder < 0 || epoch < c.FreezeEncoder || c.critical(epoch) {
		modes.Frozen = captioner.BackboneLayers
	}
	return modes
}

// scheduledSampling returns the share of the words read that are the model's
// own in an epoch, which rises to the settings' by the last that learns words.
func (c Config) scheduledSampling(epoch int) float64 {
	return c.ScheduledSampling * float64(epoch) / float64(max(c.Epochs-c.SelfCritical-1, 1))
}

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

// rates returns the learning rates of the next step, of so many an epoch: the
// backbone's and that of the rest. The self-critical epochs are a phase of their
// own, with its own rate, to which the backbone's keeps its proportion.
func (c Config) rates(p progress, steps int) (rest, backbone float64) {
	epochs, rate := c.Epochs-c.SelfCritical, c.LearningRate
	if c.critical(p.Epochs) {
		epochs, rate = c.SelfCritical, c.SelfCriticalRate
	}
	factor := c.factor(p.Steps-p.PhaseStart, epochs*steps)
	factor *= math.Pow(c.PlateauFactor, float64(p.Plateau.Falls))
	return rate * factor, c.backboneRate() * rate / c.LearningRate * factor
}

// observe takes the score of an epoch: the rates fall on a plateau, or the run
// has been patient enough.
func (c Config) observe(plateau *nn.Plateau, score float64) {
	if c.Patience == 0 {
		return
	}
	plateau.Factor, plateau.Patience = c.PlateauFactor, c.Patience
	if c.Schedule != SchedulePlateau {
		plateau.Factor = 1
	}
	plateau.Observe(score)
}

// done tells whether a run has done its epochs, or would do the rest in vain.
func (c Config) done(p progress) bool {
	impatient := c.Schedule != SchedulePlateau && p.Plateau.Falls > 0
	return impatient || p.Epochs >= c.Epochs
}
