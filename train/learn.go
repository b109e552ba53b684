package train

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sirupsen/logrus"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// learn takes one step of the optimiser. Where loss or gradients are not
// finite it leaves the model as it was.
func (r *session) learn(batch *dataset.Batch, targets captioner.Targets) (o outcome, err error) {
	err = torch.Run(func(s *torch.Scope) error {
		r.optimiser.ZeroGrad()
		loss := r.forward(s, batch, targets, &o)
		loss.Backward(s)
		norm := nn.ClipGradNorm(s, r.trained, r.cfg.largestNorm())
		o.loss, o.norm = loss.Item(s), norm.Item(s)
		if s.Err() != nil || !o.finite() {
			return nil
		}
		r.optimiser.Step(s)
		if r.average != nil {
			r.average.Update(s, r.progress.Steps-r.progress.PhaseStart)
		}
		return nil
	})
	return o, err
}

// forward returns the loss of a batch and notes what it is the mean of.
func (r *session) forward(s *torch.Scope, batch *dataset.Batch, targets captioner.Targets, o *outcome) (loss *torch.Tensor) {
	features := r.look(s, batch)
	if r.critical() {
		loss, o.reward, targets = r.policy(s, features, batch)
	} else {
		loss = r.network.Loss(s, features, targets, r.teaching())
	}
	o.words = targets.Scored()
	return loss
}

// look returns the features of a batch's pictures, (N, L, F).
func (r *session) look(s *torch.Scope, batch *dataset.Batch) *torch.Tensor {
	modes := r.modes()
	if modes.Frozen > 0 {
		_, features := r.network.LookAbove(s, r.below(s, batch, modes.Frozen), modes, r.precision)
		return features
	}
	x := captioner.Normalise(s, pixels(s, batch, r.network.Device), r.cfg.Preprocessing)
	_, features := r.network.Look(s, x, modes, r.precision)
	return features
}

func (r *session) teaching() captioner.Teaching {
	return captioner.Teaching{
		Precision:        r.precision,
		Dropout:          r.cfg.Dropout,
		EmbeddingDropout: r.cfg.EmbeddingDropout,
		LabelSmoothing:   r.cfg.LabelSmoothing,
		Attention:        r.cfg.AttentionPenalty,
		Own:              r.cfg.ScheduledSampling * float64(r.progress.Epochs) / float64(max(r.cfg.Epochs-r.cfg.SelfCritical-1, 1)),
	}
}

// modes says how BatchNorm behaves in training: the feature norm always uses
// the batch's statistics.
func (r *session) modes() captioner.Modes {
	modes := captioner.Modes{Backbone: nn.Frozen, Norm: nn.Train, Frozen: r.cfg.FrozenLayers}
	if r.cfg.BatchNorm == BatchNormBatch {
		modes.Backbone = nn.Train
	}
	if r.cfg.FreezeEncoder < 0 || r.progress.Epochs < r.cfg.FreezeEncoder {
		modes.Frozen = captioner.BackboneLayers
	}
	return modes
}

// mostFaults is the number of steps in a row without a finite loss after which
// a run stops.
const mostFaults = 5

// faults counts the steps whose loss or gradients were not finite.
type faults struct{ inARow int }

func (f *faults) add(r *session, o outcome, batch *dataset.Batch) error {
	f.inARow++
	fields := logrus.Fields{"step": r.progress.Steps + 1, "loss": o.loss, "gradient_norm": o.norm, "pictures": strings.Join(batch.IDs, " ")}
	r.log.WithFields(fields).Warn("step skipped: loss or gradient is not finite")
	if f.inARow < mostFaults {
		return nil
	}
	return fmt.Errorf("%d steps in a row without a finite loss, the last step %d with pictures %s (loss %v, gradient norm %v); the last checkpoint in %s is good: lower the learning rate and resume from it",
		f.inARow, r.progress.Steps+1, strings.Join(batch.IDs, ", "), o.loss, o.norm, r.cfg.Out)
}

// explain says what a failed step was doing, and for want of memory what to
// lower.
func (r *session) explain(err error, batch *dataset.Batch) error {
	var failure *torch.Error
	if errors.As(err, &failure) && failure.OutOfMemory() {
		return fmt.Errorf("out of memory in step %d with a batch of %d pictures of %d pixels: %w; lower --batch (now %d)",
			r.progress.Steps+1, len(batch.IDs), batch.Size, err, r.cfg.Batch)
	}
	return fmt.Errorf("step %d, pictures %s: %w", r.progress.Steps+1, strings.Join(batch.IDs, ", "), err)
}
