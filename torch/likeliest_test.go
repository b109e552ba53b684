package torch

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestLikeliest(t *testing.T) {
	for _, dtype := range []DType{Float32, BFloat16} {
		for _, test := range []struct{ words, k int64 }{{1, 1}, {5, 5}, {63, 4}, {64, 6}, {200, 1}, {2539, 9}} {
			t.Run(fmt.Sprint(dtype, test), func(t *testing.T) {
				if err := ManualSeed(3); err != nil {
					t.Fatal(err)
				}
				compute(t, func(s *Scope) {
					const rows = 7
					x := drawn(s, rows, test.words).MulScalar(s, 20).To(s, dtype)
					logp, words := x.Likeliest(s, test.k)
					all, got, which := x.To(s, Float32).LogSoftmax(s, 1).Float32s(s), logp.Float32s(s), words.Int64s(s)
					for i := range rows {
						row, values, places := all[i*int(test.words):(i+1)*int(test.words)], got[i*int(test.k):(i+1)*int(test.k)], which[i*int(test.k):(i+1)*int(test.k)]
						if want := likeliest(row, int(test.k)); !slices.Equal(places, want) {
							t.Errorf("row %d: words %v, want %v", i, places, want)
						}
						for j, place := range places {
							if gap := math.Abs(float64(values[j] - row[place])); !(gap < 4e-6) {
								t.Errorf("row %d, word %d: %v, want %v", i, place, values[j], row[place])
							}
						}
					}
				})
			})
		}
	}
}

// likeliest returns the k first of the places of a row by falling value, of equal ones the lower
// first, in rising order.
func likeliest(row []float32, k int) (places []int64) {
	for i := range row {
		places = append(places, int64(i))
	}
	slices.SortStableFunc(places, func(a, b int64) int {
		switch {
		case row[a] > row[b]:
			return -1
		case row[a] < row[b]:
			return 1
		}
		return 0
	})
	places = places[:k]
	slices.Sort(places)
	return places
}

// TestLikeliestOfNone: a score that is no number leaves no probability, wherever
// it stands, and wrong arguments are refused.
func TestLikeliestOfNone(t *testing.T) {
	compute(t, func(s *Scope) {
		for _, at := range []int64{0, 3, 70, 99} {
			x := drawn(s, 2, 100)
			x.Narrow(s, 0, 1, 1).Narrow(s, 1, at, 1).FillInPlace(s, math.NaN())
			logp, _ := x.Likeliest(s, 3)
			values := logp.Float32s(s)
			for i, v := range values {
				if wrong := math.IsNaN(float64(v)); wrong != (i >= 3) {
					t.Errorf("no number at %d: %v", at, values)
				}
			}
		}
	})
	for _, k := range []int64{0, 101, -1} {
		if err := NoGrad(func(s *Scope) error { drawn(s, 2, 100).Likeliest(s, k); return nil }); err == nil {
			t.Errorf("%d of 100 words were found", k)
		}
	}
}
