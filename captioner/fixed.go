package captioner

import (
	"errors"
	"fmt"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch"
)

// FixedTargets are Targets in tensors on a network's device that stay where they
// are, and as large as they are, from batch to batch, as a graph of the device wants
// them: each step takes all captions, and what captions have fewer, or fewer words,
// is padded and counts for nothing.
type FixedTargets struct {
	captions, steps int
	pictures, words int64 // whose features there are, and that the network has
	values          []int64
	all             *torch.Tensor // the values on the device
	lists           lists
}

// mostRows is more words than a batch has.
const mostRows = 1 << 24

// NewFixedTargets returns room in s for so many captions of pictures, of up to so
// many words, <end> counted.
func (n *Network) NewFixedTargets(s *torch.Scope, pictures, captions, steps int) *FixedTargets {
	if n == nil || n.scope == nil {
		s.Fail(errNoNetwork)
		return nil
	}
	if pictures < 1 || captions < 1 || steps < 1 || captions > mostRows/steps {
		s.Fail(fmt.Errorf("room for %d captions of %d words of %d pictures: must be 1 and more, and %d words at most", captions, steps, pictures, mostRows))
		return nil
	}
	rows := captions * steps
	f := &FixedTargets{
		captions: captions, steps: steps, pictures: int64(pictures), words: int64(n.VocabularySize),
		values: make([]int64, captions+2*rows),
	}
	f.all = torch.Zeros(s, torch.Int64, n.Device, int64(len(f.values)))
	part := func(from, count int) *torch.Tensor { return f.all.Narrow(s, 0, int64(from), int64(count)) }
	f.lists = lists{pictures: part(0, captions), inputs: part(captions, rows), words: part(captions+rows, rows)}
	return f
}

// Set fills in the captions of a batch.
func (f *FixedTargets) Set(s *torch.Scope, t Targets) {
	if err := f.fits(t); err != nil {
		s.Fail(err)
		return
	}
	clear(f.values)
	rows := f.captions * f.steps
	pictures, inputs, words := f.values[:f.captions], f.values[f.captions:][:rows], f.values[f.captions+rows:]
	copy(pictures, t.Picture)
	for row := range rows {
		inputs[row], words[row] = checkpoint.Pad, checkpoint.Pad
	}
	for caption := range f.captions {
		inputs[caption] = checkpoint.Start
	}
	said := make([]int, f.captions) // words of each caption so far
	for i, caption := range t.caption[:t.count] {
		row := said[caption]*f.captions + caption
		said[caption]++
		words[row] = t.words[i]
		if next := row + f.captions; next < rows {
			inputs[next] = t.words[i]
		}
	}
	f.all.CopyFrom(s, torch.FromSlice(s, f.values, int64(len(f.values))))
}

var errNoRoom = errors.New("no fixed targets: NewFixedTargets makes them")

// fits says what keeps a batch's captions from having room.
func (f *FixedTargets) fits(t Targets) error {
	if f == nil || f.all == nil {
		return errNoRoom
	}
	if err := t.check(f.pictures, f.words); err != nil {
		return err
	}
	if t.fixed != nil || t.Captions > f.captions || t.Steps > f.steps {
		return fmt.Errorf("%d captions of up to %d words, where there is room for %d of %d", t.Captions, t.Steps, f.captions, f.steps)
	}
	return nil
}

// Targets returns what Loss takes, of whatever captions there are when the device
// comes to it. It has no penalty of attention and no detector's part.
func (f *FixedTargets) Targets() Targets {
	if f == nil || f.all == nil {
		return Targets{err: errNoRoom}
	}
	t := Targets{Captions: f.captions, Steps: f.steps, fixed: f}
	for range f.steps {
		t.batchSizes = append(t.batchSizes, int64(f.captions))
	}
	return t
}

// check says what keeps the targets from being taught.
func (f *FixedTargets) check(pictures, words int64) error {
	if f.pictures != pictures || f.words != words {
		return fmt.Errorf("fixed targets of %d pictures and %d words, where there are %d and %d", f.pictures, f.words, pictures, words)
	}
	return nil
}

// teaches says what a loss has that fixed targets have not.
func (f *FixedTargets) teaches(how LossOptions) error {
	switch {
	case how.Attention > 0 || how.Detector != nil || how.Guide > 0 || how.ScheduledSampling > 0:
		return errors.New("fixed targets: words alone are learned from them, without a penalty of attention, a detector or words of the model's own")
	case how.BatchWords != 0 || how.BatchCaptions != 0:
		return errors.New("fixed targets: they are all of a batch, not a part")
	}
	return nil
}
