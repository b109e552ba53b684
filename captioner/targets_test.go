package captioner

import (
	"reflect"
	"slices"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
)

func TestTargets(t *testing.T) {
	v, err := checkpoint.NewVocabulary(checkpoint.WordTokenizer, []string{"<pad>", "<start>", "<end>", "<unk>", "a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	got := NewTargets(v, [][]string{{"b", "a b"}, {"a"}}, 28)
	want := Targets{
		Captions: 3, Steps: 3,
		Picture:       []int64{0, 0, 1},
		sortedIndices: []int{1, 0, 2}, // "a b" first
		batchSizes:    []int64{3, 3, 1},
		inputs:        []int64{checkpoint.Start, checkpoint.Start, checkpoint.Start, 4, 5, 4, 5},
		scored:        []int64{1, 0, 2, 4, 3, 5, 6},
		caption:       []int{0, 1, 2, 0, 1, 2, 1},
		words:         []int64{5, 4, 4, checkpoint.End, 5, checkpoint.End, checkpoint.End},
		count:         7,
	}
	for len(want.words) < scoredStep { // filled up with <pad>
		want.scored, want.words = append(want.scored, 0), append(want.words, checkpoint.Pad)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("targets\n%+v, want\n%+v", got, want)
	}
	if pictures := got.pictures(); !slices.Equal(pictures, []int64{0, 0, 1}) {
		t.Errorf("pictures %v of the rows at work", pictures)
	}
}

// TestTargetsShrink: steps take all captions that have not ended, and few
// more.
func TestTargetsShrink(t *testing.T) {
	var drawn [][]int64
	for length := range 40 {
		drawn = append(drawn, append(slices.Repeat([]int64{7}, length%25), checkpoint.End))
	}
	got := SampledTargets(drawn, 5)
	for step, rows := range got.batchSizes {
		going := 0
		for _, caption := range drawn {
			if len(caption) > step {
				going++
			}
		}
		if int(rows) < going || int(rows) >= going+5 || rows%5 != 0 {
			t.Errorf("step %d takes %d rows for %d captions", step, rows, going)
		}
	}
	row := 0
	for step, rows := range got.batchSizes {
		for _, caption := range got.sortedIndices[:rows] {
			if word := input(drawn[caption], step); got.inputs[row] != word {
				t.Fatalf("step %d reads %d for caption %d, want %d", step, got.inputs[row], caption, word)
			}
			row++
		}
	}
}
