package captioner

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch"
)

// Targets are captions as the decoder learns them. It works on the longest
// first, so that each step takes those that have not ended and no more: a third
// of a batch of 20 captions would be padding, half of one of 80.
type Targets struct {
	Captions      int           // B
	Steps         int           // T, words of the longest, <end> counted
	Picture       []int64       // of each caption, its picture's row in the batch
	sortedIndices []int         // the captions by falling length
	batchSizes    []int64       // of sortedIndices that each step takes, falling
	inputs        []int64       // step by step what those read: <start>, then the caption's words
	scored        []int64       // rows of all steps whose target is a word, by steps, then captions, then some to fill up
	caption       []int         // of each scored row
	words         []int64       // its target, <pad> for those that fill up
	count         int           // of scored words
	fixed         *FixedTargets // that hold the captions in place of all lists; nil for these
	err           error         // what was wrong with what they were made of
}

// lists are Targets as the decoder's operators take them, int64 on its device.
type lists struct {
	pictures *torch.Tensor // of each row of a step, its picture
	inputs   *torch.Tensor // step by step what the rows read
	scored   *torch.Tensor // rows whose target is a word; nil for all
	words    *torch.Tensor // their targets
}

// lists copies the lists to where like is, or returns those that are there.
func (t Targets) lists(s *torch.Scope, like *torch.Tensor) lists {
	if t.fixed != nil {
		return t.fixed.lists
	}
	return lists{
		pictures: indices(s, like, t.pictures()), inputs: indices(s, like, t.inputs),
		scored: indices(s, like, t.scored), words: indices(s, like, t.words),
	}
}

// NewTargets encodes the captions of each picture, cut to maximum words.
func NewTargets(v *Vocabulary, captions [][]string, maximum int) Targets {
	if v == nil {
		return Targets{err: errNoVocabulary}
	}
	var pictures []int64
	var encoded [][]int64
	for i, picture := range captions {
		for _, caption := range picture {
			encoded = append(encoded, v.Encode(caption, maximum))
			pictures = append(pictures, int64(i))
		}
	}
	return newTargets(encoded, pictures)
}

// SampledTargets are captions that Sample drew, count of each picture.
func SampledTargets(drawn [][]int64, count int) Targets {
	if count < 1 {
		return Targets{err: fmt.Errorf("%d captions of each picture", count)}
	}
	pictures := make([]int64, len(drawn))
	for i := range pictures {
		pictures[i] = int64(i / count)
	}
	return newTargets(drawn, pictures)
}

func newTargets(captions [][]int64, pictures []int64) Targets {
	t := Targets{Captions: len(captions), Picture: pictures, sortedIndices: make([]int, len(captions))}
	for i, caption := range captions {
		t.sortedIndices[i], t.Steps = i, max(t.Steps, len(caption))
	}
	slices.SortStableFunc(t.sortedIndices, func(a, b int) int { return cmp.Compare(len(captions[b]), len(captions[a])) })
	t.fill(captions)
	t.pad()
	return t
}

func (t *Targets) fill(captions [][]int64) {
	place := make([]int, t.Captions)
	for i, caption := range t.sortedIndices {
		place[caption] = i
	}
	going := t.Captions
	for step := range t.Steps {
		for going > 0 && len(captions[t.sortedIndices[going-1]]) <= step {
			going--
		}
		first, rows := len(t.inputs), rowsFor(going, t.Captions)
		t.batchSizes = append(t.batchSizes, int64(rows))
		for _, caption := range t.sortedIndices[:rows] {
			t.inputs = append(t.inputs, input(captions[caption], step))
		}
		for i, caption := range captions {
			if step < len(caption) {
				t.scored = append(t.scored, int64(first+place[i]))
				t.caption = append(t.caption, i)
				t.words = append(t.words, caption[step])
			}
		}
	}
}

// rowsFor returns the number of rows to work on where going of all captions
// have not ended: eighths of all, since libtorch makes and keeps code for each
// size of product that it meets, and each new size costs a copy.
func rowsFor(going, all int) int {
	eighth := (all + 7) / 8
	return min((going+eighth-1)/eighth*eighth, all)
}

// scoredStep is what the number of scored rows is a multiple of, for the same
// reason.
const scoredStep = 16

// pad adds rows that are not scored, up to a multiple of scoredStep.
func (t *Targets) pad() {
	t.count = len(t.words)
	for len(t.words)%scoredStep != 0 {
		t.scored = append(t.scored, 0)
		t.words = append(t.words, checkpoint.Pad)
	}
}

// input is the word read at a step: <start>, then the row's own words.
func input(row []int64, step int) int64 {
	switch {
	case step == 0:
		return checkpoint.Start
	case step <= len(row)-1:
		return row[step-1]
	default:
		return checkpoint.Pad
	}
}

// Scored returns the number of words that the loss is the mean of.
func (t Targets) Scored() int { return t.count }

// pictures returns the picture of each row that the decoder works on.
func (t Targets) pictures() []int64 {
	rows := make([]int64, len(t.sortedIndices))
	for i, caption := range t.sortedIndices {
		rows[i] = t.Picture[caption]
	}
	return rows
}
