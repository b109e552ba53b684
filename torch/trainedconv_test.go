package torch

import (
	"fmt"
	"testing"
)

// TestTrainedConv compares convolutions that learn, and their gradients, with
// libtorch's own in float64: maps whose windows are laid out, maps whose gradients
// go by Winograd's way, in bfloat16 outputs too, others, and pictures that learn nothing.
func TestTrainedConv(t *testing.T) {
	for _, test := range []struct{ side, kernel, stride, padding, in, out int64 }{
		{7, 3, 1, 1, 24, 512}, {14, 3, 2, 1, 24, 512}, {14, 1, 2, 0, 24, 512}, {9, 3, 2, 0, 24, 512}, {20, 3, 1, 1, 24, 512},
		{14, 3, 1, 1, 48, 256}, {4, 3, 1, 1, 24, 512}, {28, 3, 1, 1, 128, 128}, {30, 3, 1, 1, 64, 32}, {29, 3, 1, 1, 32, 48}, {56, 3, 1, 1, 64, 64},
		{17, 3, 1, 1, 64, 128}, {7, 3, 1, 1, 256, 64},
	} {
		for _, dtype := range []DType{Float32, BFloat16} {
			for _, still := range []bool{false, true} {
				t.Run(fmt.Sprint(test, dtype, still), func(t *testing.T) {
					o := Conv2DOptions{Stride: [2]int64{test.stride, test.stride}, Padding: [2]int64{test.padding, test.padding}}
					expectTrainedConv(t, dtype, still, o, []int64{3, test.in, test.side, test.side}, []int64{test.out, test.in, test.kernel, test.kernel})
				})
			}
		}
	}
}

func expectTrainedConv(t *testing.T, dtype DType, still bool, o Conv2DOptions, pictures, weights []int64) {
	tolerance := map[DType]float64{Float32: 5e-6, BFloat16: 1e-2}[dtype]
	err := Run(func(s *Scope) error {
		rounded := func(shape ...int64) *Tensor {
			x := Empty(s, Float32, CPU, shape...)
			x.Uniform(s, -1, 1)
			return x.To(s, dtype).To(s, Float64)
		}
		x, weight := rounded(pictures...), rounded(weights...)
		probe := rounded(x.Conv2D(s, weight, nil, o).Shape()...)
		learn := func(in DType) (y, dx, dw *Tensor) {
			x, weight := x.To(s, in).Clone(s).RequiresGrad(s, !still), weight.To(s, in).Clone(s).RequiresGrad(s, true)
			if in == Float32 && dtype == BFloat16 {
				s.Autocast(CPU, BFloat16, func() { y = x.Conv2D(s, weight, nil, o) })
			} else {
				y = x.Conv2D(s, weight, nil, o)
			}
			y.To(s, in).Mul(s, probe.To(s, in)).Sum(s).Backward(s)
			return y.To(s, Float32), x.Grad(s), weight.Grad(s)
		}
		y, dx, dw := learn(Float32)
		wantY, wantX, wantW := learn(Float64)
		expectNear(t, s, "output", y, wantY, tolerance)
		expectNear(t, s, "weight's gradient", dw, wantW.To(s, Float32), tolerance)
		if still {
			if dx != nil {
				t.Error("pictures that do not learn have a gradient")
			}
			return nil
		}
		expectNear(t, s, "input's gradient", dx, wantX.To(s, Float32), tolerance)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
