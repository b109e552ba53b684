package predict

import (
	"image"
	"math"
	"testing"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/evaluate/grounding"
)

// TestGroundingFollowsTheView: of a wide picture the model sees the middle
// square, so that a dog on the left third of it is left of what attention maps.
func TestGroundingFollowsTheView(t *testing.T) {
	left := captioner.Caption{Words: []captioner.Word{{Text: "a", Attention: []float32{1, 0, 0, 0}}, {Text: "dog", Attention: []float32{1, 0, 0, 0}}}}
	found := Predictions{Pictures: []Prediction{{ID: "1", Given: []captioner.Caption{left}}}}
	boxes := map[string][]grounding.Box{"1": {{Category: "dog", X: 0, Y: 0, Width: .5, Height: .5}}}
	for _, test := range []struct {
		name   string
		seen   image.Rectangle
		area   float64
		inside float64
	}{
		{"all of it", image.Rect(0, 0, 200, 100), .25, 1},
		{"the middle", image.Rect(50, 0, 150, 100), .25, 1},
		{"the left", image.Rect(0, 0, 100, 100), .5, 1},
		{"the right", image.Rect(100, 0, 200, 100), 0, 0},
	} {
		view := func(Prediction) (width, height int, seen image.Rectangle) { return 200, 100, test.seen }
		things, around := found.Grounding(Regions{Boxes: boxes, Names: grounding.COCO(), Around: []string{"a"}}, view)
		units := things[0]
		if len(around[0]) != 1 || math.Abs(around[0][0].Inside-1+test.inside) > 1e-9 || math.Abs(around[0][0].Area-1+test.area) > 1e-9 {
			t.Errorf("%s: around the dog %+v, want what is left of it", test.name, around[0])
		}
		if test.area == 0 {
			if len(units) != 0 {
				t.Errorf("%s: %+v, want nothing", test.name, units)
			}
			continue
		}
		if len(units) != 1 || math.Abs(units[0].Area-test.area) > 1e-9 || math.Abs(units[0].Inside-test.inside) > 1e-9 {
			t.Errorf("%s: %+v, want area %v and inside %v", test.name, units, test.area, test.inside)
		}
	}
}
