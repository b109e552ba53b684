package train

import (
	"context"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/torch/distributed"
)

// Batch is what one step learns from: a loader's batch, or several whose
// gradients add up to those of one. Of processes that share it each holds a
// share of every part.
type Batch struct {
	Parts  []*loader.Batch
	Counts Counts // of all processes
	totals []partTotal
}

// partTotal is what a part comes to over all processes.
type partTotal struct {
	scored   int // words
	pictures int
	Most     int // pictures that a process holds at most
	skipped  int // pictures that could not be read
}

// Counts are what a step's sums are divided by: the loss by words, the penalty
// of attention by captions, what drawn captions earned by pictures.
type Counts struct {
	Pictures int
	Captions int
	Words    int // that are scored, <end> among them
}

// StepStats are what a step came to.
type StepStats struct {
	Loss         float64 // mean over words
	Words        int     // that it is the mean of
	Reward       float64 // of drawn captions, mean over pictures
	GradientNorm float64 // before clipping
	NotFinite    string  // what is not finite, and kept the step from being taken; empty where it was
}

// add counts what another part of the step holds.
func (c *Counts) add(other Counts) {
	c.Pictures += other.Pictures
	c.Captions += other.Captions
	c.Words += other.Words
}

// NewBatch joins parts, whose captions count up to so many words of the
// vocabulary.
func NewBatch(v *captioner.Vocabulary, captionWords int, parts ...*loader.Batch) *Batch {
	b := &Batch{Parts: parts}
	for _, part := range parts {
		targets := captioner.NewTargets(v, part.Captions, captionWords)
		b.totals = append(b.totals, partTotal{targets.Scored(), len(part.IDs), len(part.IDs), len(part.Skipped)})
		b.Counts.add(Counts{Pictures: len(part.IDs), Captions: targets.Captions, Words: targets.Scored()})
	}
	return b
}

// ids lists the batch's pictures.
func (b *Batch) ids() (ids []string) {
	for _, part := range b.Parts {
		ids = append(ids, part.IDs...)
	}
	return ids
}

// Join makes the counts those of all processes of a world, which all call it
// before they learn from the batch. Where ctx has ended on one of them all get a
// [distributed.ErrStopped].
func (b *Batch) Join(ctx context.Context, w *distributed.World) error {
	if w.Size() == 1 {
		return ctx.Err()
	}
	own := []float64{0, float64(b.Counts.Captions)}
	if ctx.Err() != nil {
		own[0] = 1
	}
	for _, part := range b.totals {
		own = append(own, float64(part.scored), float64(part.pictures), float64(part.skipped))
	}
	all, err := w.AllGather(own...)
	if err != nil {
		return err
	}
	b.Counts, b.totals = Counts{}, make([]partTotal, len(b.Parts))
	for _, one := range all {
		if one[0] > 0 {
			return distributed.ErrStopped
		}
		b.Counts.Captions += int(one[1])
		for i := range b.totals {
			part, numbers := &b.totals[i], one[2+3*i:]
			part.scored += int(numbers[0])
			part.pictures += int(numbers[1])
			part.Most = max(part.Most, int(numbers[1]))
			part.skipped += int(numbers[2])
		}
	}
	for _, part := range b.totals {
		b.Counts.Words += part.scored
		b.Counts.Pictures += part.pictures
	}
	return nil
}

// largest returns the number of pictures that a process holds of a part at most.
func (b *Batch) largest() (pictures int) {
	for _, part := range b.totals {
		pictures = max(pictures, part.Most)
	}
	return pictures
}

// skipped returns the number of pictures that could not be read.
func (b *Batch) skipped() (pictures int) {
	for _, part := range b.totals {
		pictures += part.skipped
	}
	return pictures
}

// total returns what a part comes to over all processes.
func (b *Batch) total(part int) partTotal { return b.totals[part] }

// lastLearning returns the last part that has words to learn, or -1.
func (b *Batch) lastLearning() int {
	for part := len(b.Parts) - 1; part >= 0; part-- {
		if b.learns(part) {
			return part
		}
	}
	return -1
}

// learns tells whether a part has words to learn.
func (b *Batch) learns(part int) bool { return b.totals[part].scored > 0 }
