package train

import (
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/sirupsen/logrus"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/torch"
)

// microBatchAuto is the value of Config.MicroBatch that splits batches where
// memory does not hold them.
const microBatchAuto = "auto"

// part returns the number of pictures that a batch is worked through at once,
// 0 for all, and whether it may shrink.
func (c Config) part() (pictures int, auto bool) {
	if c.MicroBatch == microBatchAuto {
		return 0, true
	}
	pictures, _ = strconv.Atoi(c.MicroBatch)
	return pictures, false
}

// gradients gives every parameter its gradient of a lesson and returns the
// loss. Where memory is too small for a batch it halves the parts in which
// batches are worked through, and starts the lesson anew.
func (r *session) gradients(l lesson) (o outcome, err error) {
	now, err := r.moment()
	if err != nil {
		return o, err
	}
	defer now.close()
	for {
		r.optimiser.ZeroGrad()
		o, err = r.try(l)
		var failure *torch.Error
		if !errors.As(err, &failure) || !failure.OutOfMemory() || !r.halve(l) {
			return o, r.explain(err, l)
		}
		if err := now.restore(); err != nil {
			return o, err
		}
	}
}

func (r *session) tryGradients(l lesson) (o outcome, err error) {
	for i, batch := range l.batches {
		if l.scored[i] == 0 {
			continue
		}
		if err := r.addGradients(batch, l, &o); err != nil {
			return o, err
		}
	}
	return o, nil
}

// halve makes the parts of batches half as large, from now on, and reports
// whether it could.
func (r *session) halve(l lesson) bool {
	now := r.progress.Part
	if now == 0 {
		now = l.largest()
	}
	if _, auto := r.cfg.part(); !auto || now <= 1 {
		return false
	}
	r.optimiser.ZeroGrad()
	r.progress.Part = (now + 1) / 2
	r.log.WithFields(logrus.Fields{"step": r.progress.Steps + 1, "pictures": r.progress.Part}).Warn("out of memory: from now on batches are worked through in parts of so many pictures")
	return true
}

// explain says what a failed step was doing, and for want of memory what to
// lower.
func (r *session) explain(err error, l lesson) error {
	if err == nil {
		return nil
	}
	var failure *torch.Error
	if errors.As(err, &failure) && failure.OutOfMemory() {
		return fmt.Errorf("out of memory in step %d with a batch of %d pictures of %d pixels: %w; lower --batch (now %d) or --size, or let --micro-batch be auto",
			r.progress.Steps+1, l.largest(), l.batches[0].Size, err, r.cfg.Batch)
	}
	return fmt.Errorf("step %d, pictures %s: %w", r.progress.Steps+1, strings.Join(l.ids(), ", "), err)
}

// addInParts is addGradients with less in memory at once, for the same
// gradients. The feature norm sees the whole batch: the backbone runs twice,
// first to give it all features, then part by part to learn what came back.
// Only a backbone that uses the batch's own statistics sees parts for batches.
func (r *session) addInParts(batch *loader.Batch, l lesson, o *outcome) error {
	return torch.Run(func(s *torch.Scope) error {
		modes := r.modes()
		still := modes.Frozen == captioner.BackboneLayers
		pooled := r.pooledInParts(s, batch)
		pooled.RequiresGrad(s, !still)
		features := r.network.Project(s, pooled, modes, r.precision)
		seen := features.Detach(s).RequiresGrad(s, true)
		if err := r.sayInParts(seen, r.say(s, seen, batch, l, o), o); err != nil {
			return err
		}
		follow(s, features, seen.Grad(s))
		if still || s.Err() != nil {
			return nil
		}
		return r.learnToLook(batch, pooled.Grad(s))
	})
}

// parts yields a batch's parts, and the first picture of each.
func (r *session) parts(batch *loader.Batch) iter.Seq2[int, *loader.Batch] {
	return func(yield func(int, *loader.Batch) bool) {
		bytes := batch.Size * batch.Size * 3
		for from := 0; from < len(batch.IDs); from += r.progress.Part {
			to := min(from+r.progress.Part, len(batch.IDs))
			part := &loader.Batch{IDs: batch.IDs[from:to], Size: batch.Size, Pixels: batch.Pixels[from*bytes : to*bytes]}
			if !yield(from, part) {
				return
			}
		}
	}
}

// pooledInParts is pooled without a graph.
func (r *session) pooledInParts(s *torch.Scope, batch *loader.Batch) *torch.Tensor {
	var all []*torch.Tensor
	for _, part := range r.parts(batch) {
		pooled := s.WithinNoGrad(func(s *torch.Scope) []*torch.Tensor { return []*torch.Tensor{r.pooled(s, part)} })
		all = append(all, pooled...)
	}
	return torch.Cat(s, 0, all...)
}

// sayInParts adds the gradients of each part's captions, the decoder's and
// those of the features seen, and its share of the loss.
func (r *session) sayInParts(seen *torch.Tensor, said saying, o *outcome) error {
	for from, part := range r.parts(said.batch) {
		count := len(part.IDs)
		if said.silent(from, from+count) {
			continue
		}
		err := torch.Run(func(s *torch.Scope) error {
			loss := said.loss(s, seen.Narrow(s, 0, int64(from), int64(count)), from, from+count)
			loss.Backward(s)
			o.loss += loss.Item(s)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// learnToLook runs the backbone again over each part, and back with the
// gradient of the pooled features. Its running statistics have moved already.
func (r *session) learnToLook(batch *loader.Batch, gradient *torch.Tensor) error {
	before := copyBuffers(r.network)
	defer before.close()
	for from, part := range r.parts(batch) {
		err := torch.Run(func(s *torch.Scope) error {
			follow(s, r.pooled(s, part), gradient.Narrow(s, 0, int64(from), int64(len(part.IDs))))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return before.restore()
}

// follow runs backward from x with the gradient that came to it.
func follow(s *torch.Scope, x, gradient *torch.Tensor) {
	x.Mul(s, gradient).Sum(s).Backward(s)
}
