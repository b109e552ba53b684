package train

import (
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// Backward gives every parameter its gradient of a batch and returns the loss.
// Where memory is too small it works through fewer pictures at once, from now
// on, and starts the batch anew; not where processes share it.
func (t *Trainer) Backward(b *Batch) (stats StepStats, err error) {
	before, err := takeSnapshot(t.Network)
	if err != nil {
		return stats, err
	}
	defer before.close()
	for {
		t.Optimizer.ZeroGrad()
		stats, err = t.try(b)
		if t.World.Size() > 1 { // the others cannot know that this one would start anew
			if err == nil {
				_, rest := t.inOrderOfGradients()
				err = joinGradients(t.World, rest, &stats)
			}
			return stats, t.World.Explain(err)
		}
		if !predict.OutOfMemory(err) || !t.microBatch.shrink(b.largest()) {
			return stats, err
		}
		t.Optimizer.ZeroGrad()
		if err := before.restore(); err != nil {
			return stats, err
		}
	}
}

// gradients adds a batch's gradients to those that there are.
func (t *Trainer) gradients(b *Batch) (StepStats, error) {
	var decoded func() error
	if first, _ := t.inOrderOfGradients(); len(first) > 0 {
		decoded = func() error {
			return torch.NoGrad(func(s *torch.Scope) error { return beginGradients(s, t.World, first, nil) })
		}
	}
	return t.pass(decoded).all(b)
}

// pass returns the way of a step's pictures as the trainer is now, which calls
// decoded when the decoder has its gradients.
func (t *Trainer) pass(decoded func() error) pass {
	return pass{t.Network, t.Objective, t.Modes, t.Precision, t.Preprocessing, t.features, t.microBatch, decoded, t.pair}
}

// MicroBatch returns how many pictures of a batch are in memory at once; 0 for
// all.
func (t *Trainer) MicroBatch() int { return t.microBatch.now() }
