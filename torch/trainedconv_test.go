package torch

import (
	"fmt"
	"testing"
)

// TestTrainedConv compares a convolution that learns in bfloat16, and its
// gradients, with float32's of the same numbers: maps that are laid out, one that
// is larger, and pictures that learn nothing.
func TestTrainedConv(t *testing.T) {
	for _, test := range []struct{ side, kernel, stride, padding int64 }{
		{7, 3, 1, 1}, {14, 3, 2, 1}, {14, 1, 2, 0}, {9, 3, 2, 0}, {20, 3, 1, 1},
	} {
		for _, still := range []bool{false, true} {
			t.Run(fmt.Sprint(test, still), func(t *testing.T) {
				err := Run(func(s *Scope) error {
					rounded := func(shape ...int64) *Tensor {
						x := Empty(s, Float32, CPU, shape...)
						x.Uniform(s, -1, 1)
						return x.To(s, BFloat16).To(s, Float32)
					}
					x, weight := rounded(3, 24, test.side, test.side), rounded(512, 24, test.kernel, test.kernel)
					o := Conv2DOptions{Stride: [2]int64{test.stride, test.stride}, Padding: [2]int64{test.padding, test.padding}}
					probe := rounded(x.Conv2D(s, weight, nil, o).Shape()...)
					learn := func(cast bool) (y, dx, dw *Tensor) {
						x, weight := x.Clone(s).RequiresGrad(s, !still), weight.Clone(s).RequiresGrad(s, true)
						if cast {
							s.Autocast(CPU, BFloat16, func() { y = x.Conv2D(s, weight, nil, o) })
						} else {
							y = x.Conv2D(s, weight, nil, o)
						}
						y.To(s, Float32).Mul(s, probe).Sum(s).Backward(s)
						return y.To(s, Float32), x.Grad(s), weight.Grad(s)
					}
					y, dx, dw := learn(true)
					wantY, wantX, wantW := learn(false)
					expectNear(t, s, "output", y, wantY, 1e-2)
					expectNear(t, s, "weight's gradient", dw, wantW, 1e-2)
					if still {
						if dx != nil {
							t.Error("pictures that do not learn have a gradient")
						}
						return nil
					}
					expectNear(t, s, "input's gradient", dx, wantX, 1e-2)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}
