package train

import (
	"iter"
	"strconv"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// microBatch is how many pictures of a batch are in memory at once.
type microBatch struct {
	pictures int  // 0 for all
	auto     bool // it may shrink
}

// microBatch returns what the settings ask for at first.
func (c Config) microBatch() microBatch {
	if c.MicroBatch == microBatchAuto {
		return microBatch{auto: true}
	}
	pictures, _ := strconv.Atoi(c.MicroBatch)
	return microBatch{pictures: pictures}
}

// atOnce returns how many pictures of a batch of so many are worked through at
// once.
func (m microBatch) atOnce(batch int) int {
	if m.pictures > 0 {
		return min(m.pictures, batch)
	}
	return batch
}

// shrink halves the number of pictures, of batches of so many, and reports
// whether it could.
func (m *microBatch) shrink(batch int) bool {
	now := m.pictures
	if now == 0 {
		now = batch
	}
	if !m.auto || now <= 1 {
		return false
	}
	m.pictures = (now + 1) / 2
	return true
}

// MicroBatch returns how many pictures of a batch are in memory at once; 0 for
// all.
func (t *Trainer) MicroBatch() int { return t.microBatch.pictures }

// limitMicroBatch has no more pictures of a batch than so many be in memory at
// once; 0 for no limit.
func (t *Trainer) limitMicroBatch(pictures int) {
	if own := t.microBatch.pictures; pictures > 0 && (own == 0 || pictures < own) {
		t.microBatch.pictures = pictures
	}
}

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
		if t.together() { // the others cannot know that this one would start anew
			if err == nil {
				err = t.join(&stats)
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

// accumulateAll adds the gradients of each part that has words to learn.
func (t *Trainer) accumulateAll(b *Batch) (stats StepStats, err error) {
	for i, part := range b.Parts {
		if !b.learns(i) {
			continue
		}
		if err := t.accumulate(part, b.total(i), b.Counts, &stats); err != nil {
			return stats, err
		}
	}
	return stats, nil
}

// accumulate adds a part's gradients to those of the parts before, and its
// share to what the step comes to.
func (t *Trainer) accumulate(part *loader.Batch, total partTotal, step Counts, stats *StepStats) error {
	if t.microBatch.atOnce(total.Most) < total.Most {
		return t.accumulateMicroBatches(part, total, step, stats)
	}
	return torch.Run(func(s *torch.Scope) error {
		features := t.Network.Project(s, t.pooled(s, part), t.Modes, t.Precision)
		said := t.Objective.Begin(s, features, part, step)
		loss := said.Of(s, features, 0, len(part.IDs))
		if loss == nil { // this process has nothing to learn from and sums with those that have
			loss = nothing(s, features)
		}
		loss.Backward(s)
		said.addTo(stats, loss.Item(s))
		return nil
	})
}

// nothing is a loss of x without gradients, which goes backward with the others'.
func nothing(s *torch.Scope, x *torch.Tensor) *torch.Tensor { return x.Sum(s).MulScalar(s, 0) }

// accumulateMicroBatches is accumulate with less in memory at once, for the
// same gradients. The feature norm sees the whole part: the backbone runs
// twice, first to give it all features, then micro-batch by micro-batch to
// learn what came back. Only a backbone that uses the batch's own statistics
// sees micro-batches for batches.
func (t *Trainer) accumulateMicroBatches(part *loader.Batch, total partTotal, step Counts, stats *StepStats) error {
	return torch.Run(func(s *torch.Scope) error {
		still := t.Modes.Frozen == captioner.BackboneLayers
		pooled := t.pooledWithoutGraph(s, part, total)
		pooled.RequiresGrad(s, !still)
		features := t.Network.Project(s, pooled, t.Modes, t.Precision)
		seen := features.Detach(s).RequiresGrad(s, true)
		loss, said, err := t.backwardDecoder(s, seen, part, total, step)
		if err != nil {
			return err
		}
		said.addTo(stats, loss)
		backwardFrom(s, features, seen.Grad(s))
		if still || s.Err() != nil {
			return nil
		}
		return t.backwardBackbone(part, total, pooled.Grad(s))
	})
}

// microBatches yields a part's micro-batches, and the first picture of each: as
// many on every process, the last ones empty where it holds fewer pictures.
func (t *Trainer) microBatches(part *loader.Batch, total partTotal) iter.Seq2[int, *loader.Batch] {
	return func(yield func(int, *loader.Batch) bool) {
		each, own := t.microBatch.atOnce(total.Most), len(part.IDs)
		for from := 0; from < total.Most; from += each {
			if !yield(min(from, own), part.Part(min(from, own), min(from+each, own))) {
				return
			}
		}
	}
}

// pooled returns the backbone's features of pictures, (N, L, 512).
func (t *Trainer) pooled(s *torch.Scope, part *loader.Batch) *torch.Tensor {
	if t.Modes.Frozen > 0 {
		return t.Network.Pooled(s, t.features.ofTraining(s, part, t.Modes.Frozen), t.Modes, t.Precision)
	}
	t.features.forget()
	x := captioner.Normalise(s, predict.Pixels(s, part, t.Network.Device), t.Preprocessing)
	return t.Network.Pooled(s, x, t.Modes, t.Precision)
}

// pooledWithoutGraph is pooled for all micro-batches of a part.
func (t *Trainer) pooledWithoutGraph(s *torch.Scope, part *loader.Batch, total partTotal) *torch.Tensor {
	var all []*torch.Tensor
	for _, few := range t.microBatches(part, total) {
		pooled := s.WithinNoGrad(func(s *torch.Scope) []*torch.Tensor { return []*torch.Tensor{t.pooled(s, few)} })
		all = append(all, pooled...)
	}
	return torch.Cat(s, 0, all...)
}

// backwardDecoder adds the gradients of each micro-batch's captions, the
// decoder's and those of the features seen, and returns their loss.
func (t *Trainer) backwardDecoder(s *torch.Scope, seen *torch.Tensor, part *loader.Batch, total partTotal, step Counts) (sum float64, said PartLoss, err error) {
	if said = t.Objective.Begin(s, seen, part, step); s.Err() != nil {
		return 0, said, s.Err()
	}
	for from, few := range t.microBatches(part, total) {
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
func (t *Trainer) backwardBackbone(part *loader.Batch, total partTotal, gradient *torch.Tensor) error {
	before := copyBuffers(t.Network)
	defer before.close()
	for from, few := range t.microBatches(part, total) {
		err := torch.Run(func(s *torch.Scope) error {
			backwardFrom(s, t.pooled(s, few), gradient.Narrow(s, 0, int64(from), int64(len(few.IDs))))
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
