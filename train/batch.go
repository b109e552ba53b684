package train

import (
	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
)

// Batch is what one step learns from: a loader's batch, or several whose
// gradients add up to those of one.
type Batch struct {
	Parts  []*loader.Batch
	Counts Counts

	scored []int // words of each part
}

// Counts are what a step's sums are divided by: the loss by words, the penalty
// of attention by captions, what drawn captions earned by pictures.
type Counts struct {
	Pictures int
	Captions int
	Words    int // that are scored, <end> among them
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
		b.scored = append(b.scored, targets.Scored())
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

// largest returns the number of pictures of the largest part.
func (b *Batch) largest() (pictures int) {
	for _, part := range b.Parts {
		pictures = max(pictures, len(part.IDs))
	}
	return pictures
}
