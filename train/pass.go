package train

import (
	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// pass is the way of a step's pictures through the network and back.
type pass struct {
	network       *captioner.Network
	objective     Objective
	modes         captioner.Modes
	precision     captioner.Precision
	preprocessing picture.Preprocessing
	features      *frozenFeatures
	microBatch    microBatch
	decoded       func() error    // called when the decoder has its gradients of the step, and the backbone does not yet; nil for nothing
	pair          *captioner.Crew // for the halves of a part; nil for none
}

// all adds the gradients of each part that has words to learn.
func (p pass) all(b *Batch) (stats StepStats, err error) {
	decoded, last := p.decoded, b.lastLearning()
	if len(b.Parts) > 1 {
		p.pair = nil // whose second thread would round behind a part otherwise than its first
	}
	for i, part := range b.Parts {
		if !b.learns(i) {
			continue
		}
		if p.decoded = nil; i == last {
			p.decoded = decoded
		}
		if err := p.part(part, b.total(i), b.Counts, &stats); err != nil {
			return stats, err
		}
	}
	return stats, nil
}

// part adds a part's gradients to those of the parts before, and its share to
// what the step comes to.
func (p pass) part(part *loader.Batch, total partTotal, step Counts, stats *StepStats) error {
	if p.microBatch.atOnce(total.Most) < total.Most {
		return p.inMicroBatches(part, total, step, stats)
	}
	if words, ok := p.halves(part); ok {
		return p.sideBySide(words, part, step, stats)
	}
	return p.atOnce(part, step, stats)
}

// atOnce is part of all pictures at once.
func (p pass) atOnce(part *loader.Batch, step Counts, stats *StepStats) error {
	return torch.Run(func(s *torch.Scope) error {
		features := p.network.Project(s, p.pooled(s, part), p.modes, p.precision)
		seen := features
		if p.decoded != nil { // the way back is taken in two parts
			seen = features.Detach(s).RequiresGrad(s, true)
		}
		said := p.objective.Begin(s, seen, part, step)
		loss := said.Of(s, seen, 0, len(part.IDs))
		if loss == nil { // this process has nothing to learn from and sums with those that have
			loss = nothing(s, seen)
		}
		loss.Backward(s)
		said.addTo(stats, loss.Item(s))
		if p.decoded == nil || s.Err() != nil {
			return nil
		}
		if err := p.decoded(); err != nil {
			return err
		}
		backwardFrom(s, features, seen.Grad(s))
		return nil
	})
}

// nothing is a loss of x without gradients, which goes backward with the others'.
func nothing(s *torch.Scope, x *torch.Tensor) *torch.Tensor { return x.Sum(s).MulScalar(s, 0) }

// inMicroBatches is part with less in memory at once, for the same gradients. The
// feature norm sees the whole part: the backbone runs twice, first to give it all
// features, then micro-batch by micro-batch to learn what came back. Only a
// backbone that uses the batch's own statistics sees micro-batches for batches.
func (p pass) inMicroBatches(part *loader.Batch, total partTotal, step Counts, stats *StepStats) error {
	return torch.Run(func(s *torch.Scope) error {
		still := p.modes.Frozen == captioner.BackboneLayers
		pooled := p.pooledWithoutGraph(s, part, total)
		pooled.RequiresGrad(s, !still)
		features := p.network.Project(s, pooled, p.modes, p.precision)
		seen := features.Detach(s).RequiresGrad(s, true)
		loss, said, err := p.backwardDecoder(s, seen, part, total, step)
		if err != nil {
			return err
		}
		said.addTo(stats, loss)
		if p.decoded != nil {
			if err := p.decoded(); err != nil {
				return err
			}
		}
		backwardFrom(s, features, seen.Grad(s))
		if still || s.Err() != nil {
			return nil
		}
		return p.backwardBackbone(part, total, pooled.Grad(s))
	})
}

// pooled returns the backbone's features of pictures, (N, L, 512).
func (p pass) pooled(s *torch.Scope, part *loader.Batch) *torch.Tensor {
	return p.network.Pooled(s, p.input(s, part), p.modes, p.precision)
}

// input returns what the layers that may learn see: pictures, normalised, or what
// frozen layers make of them.
func (p pass) input(s *torch.Scope, part *loader.Batch) *torch.Tensor {
	if p.modes.Frozen > 0 {
		return p.features.ofTraining(s, part, p.modes.Frozen)
	}
	p.features.forget()
	return captioner.Normalise(s, predict.Pixels(s, part, p.network.Device), p.preprocessing)
}

// pooledWithoutGraph is pooled for all micro-batches of a part.
func (p pass) pooledWithoutGraph(s *torch.Scope, part *loader.Batch, total partTotal) *torch.Tensor {
	var all []*torch.Tensor
	for _, few := range p.microBatch.of(part, total) {
		pooled := s.WithinNoGrad(func(s *torch.Scope) []*torch.Tensor { return []*torch.Tensor{p.pooled(s, few)} })
		all = append(all, pooled...)
	}
	return torch.Cat(s, 0, all...)
}

// backwardDecoder adds the gradients of each micro-batch's captions, the
// decoder's and those of the features seen, and returns their loss.
func (p pass) backwardDecoder(s *torch.Scope, seen *torch.Tensor, part *loader.Batch, total partTotal, step Counts) (sum float64, said PartLoss, err error) {
	if said = p.objective.Begin(s, seen, part, step); s.Err() != nil {
		return 0, said, s.Err()
	}
	for from, few := range p.microBatch.of(part, total) {
		count := len(few.IDs)
		err := torch.Run(func(s *torch.Scope) error {
			features := seen.Narrow(s, 0, int64(from), int64(count))
			loss := said.Of(s, features, from, from+count)
			if loss == nil {
				loss = nothing(s, features)
			}
			loss.Backward(s)
			sum += loss.Item(s)
			return nil
		})
		if err != nil {
			return sum, said, err
		}
	}
	return sum, said, nil
}

// backwardBackbone runs the backbone again over each micro-batch, and back with
// the gradient of the pooled features. Its running statistics have moved
// already.
func (p pass) backwardBackbone(part *loader.Batch, total partTotal, gradient *torch.Tensor) error {
	before := copyBuffers(p.network)
	defer before.close()
	for from, few := range p.microBatch.of(part, total) {
		err := torch.Run(func(s *torch.Scope) error {
			backwardFrom(s, p.pooled(s, few), gradient.Narrow(s, 0, int64(from), int64(len(few.IDs))))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return before.restore()
}

// backwardFrom runs backward from x with the gradient that came to it.
func backwardFrom(s *torch.Scope, x, gradient *torch.Tensor) {
	x.Mul(s, gradient).Sum(s).Backward(s)
}
