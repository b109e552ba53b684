package train

import (
	"errors"
	"io"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
)

// lesson is what one step of the optimiser learns from: a batch, or several
// where gradients accumulate. Its loss is the mean over the words of all; in
// self-critical epochs the mean over pictures of their batches' losses.
type lesson struct {
	batches  []*loader.Batch
	scored   []int // words of each batch
	words    int   // scored, of all batches
	captions int
	pictures int
}

// nextLesson takes the batches of the next step, fewer at the end of an
// epoch, and returns io.EOF after that.
func (r *session) nextLesson(loader *loader.Loader) (l lesson, err error) {
	for len(l.batches) < r.cfg.Accumulate {
		batch, err := loader.Next()
		if errors.Is(err, io.EOF) && len(l.batches) > 0 {
			return l, nil
		}
		if err != nil {
			return l, err
		}
		targets := captioner.NewTargets(r.vocabulary, batch.Captions, r.cfg.CaptionWords)
		l.batches, l.scored = append(l.batches, batch), append(l.scored, targets.Scored())
		l.words, l.captions = l.words+targets.Scored(), l.captions+targets.Captions
		l.pictures += len(batch.IDs)
	}
	return l, nil
}

// ids lists the lesson's pictures.
func (l lesson) ids() (ids []string) {
	for _, batch := range l.batches {
		ids = append(ids, batch.IDs...)
	}
	return ids
}

// recycle gives the batches' memory back to the loader.
func (l lesson) recycle(loader *loader.Loader) {
	for _, batch := range l.batches {
		loader.Recycle(batch)
	}
}

// largest returns the number of pictures of the largest batch.
func (l lesson) largest() (pictures int) {
	for _, batch := range l.batches {
		pictures = max(pictures, len(batch.IDs))
	}
	return pictures
}
