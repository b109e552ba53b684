package attention

import (
	"image"
	"math"
	"testing"
)

func TestUpsample(t *testing.T) {
	t.Run("a flat map stays flat", func(t *testing.T) {
		for _, v := range upsample([]float64{.25, .25, .25, .25}, 2, 31, 17) {
			if math.Abs(v-.25) > 1e-12 {
				t.Fatalf("a value of %v, want .25", v)
			}
		}
	})
	t.Run("same size is the same map", func(t *testing.T) {
		weights := []float64{.1, .2, .3, .05, .05, .1, .1, .05, .05}
		for i, v := range upsample(weights, 3, 3, 3) {
			if math.Abs(v-weights[i]) > 1e-12 {
				t.Errorf("place %d became %v, want %v", i, v, weights[i])
			}
		}
	})
	// Between two places the kernel's weights are -1/16, 9/16, 9/16, -1/16
	// (Keys 1981, equation 15 at s = 1/2).
	t.Run("half way between places", func(t *testing.T) {
		row := resample([]float64{1, 2, 4, 8}, 4, 1, 8)
		got := keys(.5)*2 + keys(.5)*4 + keys(1.5)*1 + keys(1.5)*8
		if want := (-1 + 9*2 + 9*4 - 8) / 16.; math.Abs(got-want) > 1e-12 {
			t.Errorf("half way = %v, want %v", got, want)
		}
		if len(row) != 8 || row[0] >= row[7] {
			t.Errorf("stretched row %v", row)
		}
	})
	t.Run("nothing below zero or above the largest", func(t *testing.T) {
		for _, v := range upsample([]float64{0, 0, 0, 0, 1, 0, 0, 0, 0}, 3, 40, 40) {
			if v < 0 || v > 1 {
				t.Fatalf("a value of %v", v)
			}
		}
	})
	t.Run("one place", func(t *testing.T) {
		if got := upsample([]float64{1}, 1, 2, 1); got[0] != 1 || got[1] != 1 {
			t.Errorf("%v, want ones", got)
		}
	})
}

// The brightest spot of a map lies where the weight lies.
func TestOverlayPointsAtTheWeight(t *testing.T) {
	weights := make([]float64, 49)
	weights[2*7+5] = 1
	a := &Maps{Picture: image.NewGray(image.Rect(0, 0, 140, 70)), Grid: 7, Words: []Word{{"x", 1, 1, weights}}}
	m := heatMap(weights, 7, 140, 70, a.Largest())
	if centre := m.NRGBAAt(110, 25); centre.R < 250 || centre.G < 245 {
		t.Errorf("at the weight the veil is %v, want nearly %v", centre, Heat[len(Heat)-1])
	}
	if corner := m.NRGBAAt(0, 69); corner != Heat[0] {
		t.Errorf("far off the veil is %v, want %v", corner, Heat[0])
	}
}
