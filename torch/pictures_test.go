package torch

import (
	"fmt"
	"slices"
	"testing"
)

// TestNormalise: all values of each channel, in rows of several lengths, come to
// what single operators make of them, to the last bit.
func TestNormalise(t *testing.T) {
	mean, deviation := []float32{.485, .456, .406}, []float32{.229, .224, .225}
	for _, width := range []int64{1, 16, 17, 33, 256} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			compute(t, func(s *Scope) {
				const pictures, height = 2, 9
				pixels := make([]uint8, pictures*height*width*3)
				for i := range pixels {
					pixels[i] = uint8(i/3*7 + i%3*31)
				}
				x := FromSlice(s, pixels, pictures, height, width, 3)
				row := func(of []float32) *Tensor { return FromSlice(s, of, 3) }
				want := x.To(s, Float32).MulScalar(s, 1.0/255).Sub(s, row(mean)).Div(s, row(deviation)).Permute(s, 0, 3, 1, 2)
				got := x.Normalise(s, FromSlice(s, slices.Concat(mean, deviation), 2, 3))
				if fmt.Sprint(got.Shape()) != fmt.Sprint(want.Shape()) || !slices.Equal(got.Float32s(s), want.Float32s(s)) {
					t.Errorf("normalised to %v, %v wanted", got.Shape(), want.Shape())
				}
			})
		})
	}
}
