package train

import (
	"fmt"
	"math"
	"strings"

	"github.com/sirupsen/logrus"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// outcome is what a step came to.
type outcome struct {
	loss, norm float64
	words      int     // that the loss is the mean of
	reward     float64 // mean over pictures, in self-critical epochs
	tensor     string  // the first that is not finite, where one is not
}

func (o outcome) finite() bool {
	return !math.IsNaN(o.loss+o.norm) && !math.IsInf(o.loss+o.norm, 0)
}

// learn takes one step of the optimiser. Where loss or gradients are not
// finite it leaves the model as it was.
func (r *session) learn(l lesson) (o outcome, err error) {
	if o, err = r.gradients(l); err != nil {
		return o, err
	}
	err = torch.Run(func(s *torch.Scope) error {
		norm := nn.GradNorm(s, r.trained)
		if o.norm = norm.Item(s); !o.finite() {
			o.tensor = r.notFinite(s, o)
			return nil
		}
		if largest := r.cfg.largestNorm(); o.norm > .99*largest { // below, they would be multiplied by 1
			nn.ClipGradients(s, r.trained, norm, largest)
		}
		r.optimiser.Step(s)
		if r.average != nil {
			r.average.Update(s, r.progress.Steps-r.progress.PhaseStart)
		}
		return nil
	})
	return o, err
}

// notFinite names what is not finite in a step: a tensor of the model, the
// loss, the first gradient, or no more than the norm of them all.
func (r *session) notFinite(s *torch.Scope, o outcome) string {
	if name := nn.NotFinite(s, r.network.Named()); name != "" {
		return name
	}
	if math.IsNaN(o.loss) || math.IsInf(o.loss, 0) {
		return "loss"
	}
	if name := nn.NotFiniteGradient(s, r.network.Named()); name != "" {
		return "gradient of " + name
	}
	return "gradient norm"
}

// addGradients adds a batch's gradients to those of the batches before, and
// its share to the outcome.
func (r *session) addGradients(batch *loader.Batch, l lesson, o *outcome) error {
	if r.progress.Part > 0 && r.progress.Part < len(batch.IDs) {
		return r.addInParts(batch, l, o)
	}
	return torch.Run(func(s *torch.Scope) error {
		features := r.network.Project(s, r.pooled(s, batch), r.modes(), r.precision)
		said := r.say(s, features, batch, l, o)
		loss := said.loss(s, features, 0, len(batch.IDs))
		loss.Backward(s)
		o.loss += loss.Item(s)
		return nil
	})
}

// pooled returns the backbone's features of a batch's pictures, (N, L, 512).
func (r *session) pooled(s *torch.Scope, batch *loader.Batch) *torch.Tensor {
	modes := r.modes()
	if modes.Frozen > 0 {
		return r.network.Pooled(s, r.below(s, batch, modes.Frozen), modes, r.precision)
	}
	r.forgetFeatures()
	x := captioner.Normalise(s, predict.Pixels(s, batch, r.network.Device), r.cfg.Preprocessing)
	return r.network.Pooled(s, x, modes, r.precision)
}

// teaching says how a lesson's batches are scored.
func (r *session) teaching(l lesson) captioner.LossOptions {
	return captioner.LossOptions{
		Precision:         r.precision,
		Dropout:           r.cfg.Dropout,
		EmbeddingDropout:  r.cfg.EmbeddingDropout,
		LabelSmoothing:    r.cfg.LabelSmoothing,
		Attention:         r.cfg.AttentionPenalty,
		Guide:             r.cfg.AttentionGuide,
		GuideTemperature:  r.cfg.GuideTemperature,
		ScheduledSampling: r.cfg.ScheduledSampling * float64(r.progress.Epochs) / float64(max(r.cfg.Epochs-r.cfg.SelfCritical-1, 1)),
		BatchWords:        l.words,
		BatchCaptions:     l.captions,
	}
}

// modes says how BatchNorm behaves in training and what is frozen: the feature
// norm always uses the batch's statistics, and in self-critical epochs the
// backbone stays as it is, so that a picture goes through it once.
func (r *session) modes() captioner.Modes {
	modes := captioner.Modes{Backbone: nn.Frozen, Norm: nn.Train, Frozen: r.cfg.FrozenLayers}
	if r.cfg.BatchNorm == BatchNormBatch {
		modes.Backbone = nn.Train
	}
	if r.cfg.FreezeEncoder < 0 || r.progress.Epochs < r.cfg.FreezeEncoder || r.critical() {
		modes.Frozen = captioner.BackboneLayers
	}
	return modes
}

// mostFaults is the number of steps in a row without a finite loss after which
// a run stops.
const mostFaults = 5

// fault counts a step whose loss or gradients were not finite.
func (r *session) fault(o outcome, l lesson) error {
	r.progress.Running.SkippedSteps++
	r.progress.Faults++
	fields := logrus.Fields{"step": r.progress.Steps + 1, "tensor": o.tensor, "loss": o.loss, "gradient_norm": o.norm, "pictures": strings.Join(l.ids(), " ")}
	r.log.WithFields(fields).Warn("step skipped: loss or gradient is not finite")
	if r.progress.Faults < mostFaults {
		return nil
	}
	return fmt.Errorf("%d steps in a row without a finite loss, the last step %d with pictures %s (loss %v, gradient norm %v, the first that is not finite: %s); the last checkpoint in %s is good: lower the learning rate and start from it with --from",
		r.progress.Faults, r.progress.Steps+1, strings.Join(l.ids(), ", "), o.loss, o.norm, o.tensor, r.cfg.Out)
}
