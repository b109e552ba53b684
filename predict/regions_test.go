package predict

import (
	"testing"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/evaluate/grounding"
)

// TestBoxesOfTheBuiltInSet: it knows its own, for the words that its captions
// have: attention within a thing is right for the thing and its colour, and wrong
// for the place.
func TestBoxesOfTheBuiltInSet(t *testing.T) {
	e := evaluation{Evaluation: Evaluation{Data: "demo", Split: "test", Set: dataset.Options{Seed: 1, Limit: 20}}}
	if err := e.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer e.set.Close()
	for i := range e.split.Len() {
		record := e.split.Record(i)
		boxes := e.regions.Boxes[record.ID]
		if len(boxes) == 0 {
			t.Fatalf("%s has no boxes", record.ID)
		}
		weights := make([]float64, 56*56)
		weights[int(56*(boxes[0].Y+boxes[0].Height/2))*56+int(56*(boxes[0].X+boxes[0].Width/2))] = 1
		var words []grounding.Word
		for _, word := range []string{"there", "blue", "tents", "tent", "ball", "red", "in", "sea"} {
			words = append(words, grounding.Word{Text: word, Weights: weights})
		}
		things, around := e.regions.Names.Units(boxes, words), grounding.Around(boxes, words, e.regions.Around)
		if len(things) != 5 || len(around) != 1 || around[0].Pointing != 0 {
			t.Errorf("%s: %d words of things, of the place %+v", record.ID, len(things), around)
		}
		for _, u := range things {
			if u.Pointing != 1 {
				t.Errorf("%s: %+v, want it inside", record.ID, u)
			}
		}
	}
	if r, err := openRegions(Evaluation{Data: "elsewhere"}); r != nil || err != nil {
		t.Errorf("another set knows %v, %v", r, err)
	}
}
