package torch

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestFromSlice(t *testing.T) {
	compute(t, func(s *Scope) {
		data := []float32{1, 2.5, -3, 0}
		x := FromSlice(s, data, 2, 2)
		data[0] = 7 // x has a copy
		for _, test := range []struct {
			name      string
			x         *Tensor
			dtype     DType
			got, want any
		}{
			{"float32", x, Float32, x.Float32s(s), []float32{1, 2.5, -3, 0}},
			{"float64", FromSlice(s, []float64{1e-300}, 1), Float64, FromSlice(s, []float64{1e-300}, 1).Float64s(s), []float64{1e-300}},
			{"int64", FromSlice(s, []int64{1 << 62}, 1), Int64, FromSlice(s, []int64{1 << 62}, 1).Int64s(s), []int64{1 << 62}},
			{"int32", FromSlice(s, []int32{-5}, 1), Int32, FromSlice(s, []int32{-5}, 1).Int64s(s), []int64{-5}},
			{"uint8", FromSlice(s, []uint8{255}, 1), Uint8, FromSlice(s, []uint8{255}, 1).Uint8s(s), []uint8{255}},
			{"bool", FromSlice(s, []bool{true, false}, 2), Bool, FromSlice(s, []bool{true, false}, 2).Bools(s), []bool{true, false}},
			{"a scalar", FromSlice(s, []float32{4}), Float32, FromSlice(s, []float32{4}).Float32s(s), []float32{4}},
			{"nothing", FromSlice(s, []float32{}, 0, 3), Float32, FromSlice(s, []float32{}, 0, 3).Float32s(s), []float32{}},
			{"cut to int64", x, Float32, x.Int64s(s), []int64{1, 2, -3, 0}},
			{"whether not zero", x, Float32, x.Bools(s), []bool{true, true, true, false}},
			{"transposed", x.Transpose(s, 0, 1), Float32, x.Transpose(s, 0, 1).Float32s(s), []float32{1, -3, 2.5, 0}},
			{"made contiguous", x.Transpose(s, 0, 1), Float32, x.Transpose(s, 0, 1).Contiguous(s).Float32s(s), []float32{1, -3, 2.5, 0}},
			{"bfloat16", x.To(s, BFloat16), BFloat16, x.To(s, BFloat16).Float32s(s), []float32{1, 2.5, -3, 0}},
			{"recorded by autograd", x, Float32, x.Clone(s).RequiresGrad(s, true).Float32s(s), []float32{1, 2.5, -3, 0}},
		} {
			if test.x.DType() != test.dtype {
				t.Errorf("%s is %v", test.name, test.x.DType())
			}
			if !reflect.DeepEqual(test.got, test.want) {
				t.Errorf("%s: %v, want %v", test.name, test.got, test.want)
			}
		}
	})
}

func TestMade(t *testing.T) {
	compute(t, func(s *Scope) {
		picture := Arange(s, 12, CPU).To(s, Float32).Reshape(s, 1, 3, 2, 2)
		for _, test := range []struct {
			name string
			x    *Tensor
			want []float64
		}{
			{"zeros", Zeros(s, Float32, CPU, 2), []float64{0, 0}},
			{"ones of int64", Ones(s, Int64, CPU, 2), []float64{1, 1}},
			{"full of bool", Full(s, 1, Bool, CPU, 1), []float64{1}},
			{"arange", Arange(s, 3, CPU), []float64{0, 1, 2}},
			{"on the same device", Arange(s, 3, CPU).ToDevice(s, CPU), []float64{0, 1, 2}},
			{"channels last", picture.ChannelsLast(s), picture.Float64s(s)},
			{"lt", Arange(s, 3, CPU).Lt(s, FromSlice(s, []int64{1}, 1)), []float64{1, 0, 0}},
			{"integers stay", Arange(s, 3, CPU).AddScalar(s, 1).MulScalar(s, 2), []float64{2, 4, 6}},
			{"argmax", FromSlice(s, []float32{1, 5, 2}, 3).ArgMax(s, 0), []float64{1}},
			{"finite", FromSlice(s, []float64{1, math.Inf(1), math.NaN()}, 3).IsFinite(s), []float64{1, 0, 0}},
			{"all", FromSlice(s, []bool{true, false}, 2).All(s), []float64{0}},
			{"any", FromSlice(s, []bool{true, false}, 2).Any(s), []float64{1}},
			{"dropout outside training", Ones(s, Float32, CPU, 3).Dropout(s, .5, false), []float64{1, 1, 1}},
		} {
			if got := test.x.Float64s(s); !slices.Equal(got, test.want) {
				t.Errorf("%s = %v, want %v", test.name, got, test.want)
			}
		}
		if got := Arange(s, 3, CPU).AddScalar(s, 1).DType(); got != Int64 {
			t.Errorf("an integer more is %v, want int64", got)
		}
		if picture.Dim(-1) != 2 || picture.Dim(1) != 3 || picture.Dim(4) != 0 || picture.Numel() != 12 {
			t.Errorf("sizes of %v", picture.Shape())
		}
		detached := Ones(s, Float32, CPU).RequiresGrad(s, true).Exp(s).Detach(s)
		if detached.NeedsGrad() {
			t.Error("a detached tensor is in the graph")
		}
	})
}

func TestInPlace(t *testing.T) {
	compute(t, func(s *Scope) {
		four := FromSlice(s, []float32{4, 8}, 2)
		for _, test := range []struct {
			name  string
			write func(x *Tensor)
			want  []float64
		}{
			{"copy", func(x *Tensor) { x.CopyFrom(s, four) }, []float64{4, 8}},
			{"copy, broadcast and converted", func(x *Tensor) { x.CopyFrom(s, FromSlice(s, []int64{3})) }, []float64{3, 3}},
			{"fill", func(x *Tensor) { x.FillInPlace(s, 9) }, []float64{9, 9}},
			{"scale", func(x *Tensor) { x.ScaleInPlace(s, -2) }, []float64{-2, -4}},
			{"lerp", func(x *Tensor) { x.LerpInPlace(s, four, .25) }, []float64{1.75, 3.5}},
			{"through a view", func(x *Tensor) { x.Narrow(s, 0, 1, 1).FillInPlace(s, 5) }, []float64{1, 5}},
		} {
			x := FromSlice(s, []float32{1, 2}, 2).RequiresGrad(s, true)
			if test.name == "through a view" {
				x.RequiresGrad(s, false)
			}
			test.write(x)
			if got := x.Float64s(s); !slices.Equal(got, test.want) {
				t.Errorf("%s gives %v, want %v", test.name, got, test.want)
			}
		}
	})
}

// TestRecordedInPlace compares gradients through writes in place with those of
// the same operators apart, beside a value that both read.
func TestRecordedInPlace(t *testing.T) {
	compute(t, func(s *Scope) {
		gradients := func(f func(x, y *Tensor) *Tensor) []float64 {
			x := FromSlice(s, []float64{-3, -1, 2, 5}, 4).RequiresGrad(s, true)
			y := FromSlice(s, []float64{1, 4, -7}, 3, 1).RequiresGrad(s, true)
			out := f(x, y)
			out.Mul(s, out).Sum(s).Backward(s)
			return append(append(out.Float64s(s), x.Grad(s).Float64s(s)...), y.Grad(s).Float64s(s)...)
		}
		apart := gradients(func(x, y *Tensor) *Tensor { return x.Mul(s, y).Add(s, x).Clamp(s, 0, math.Inf(1)) })
		inPlace := gradients(func(x, y *Tensor) *Tensor { return x.Mul(s, y).AddInPlace(s, x).ReLUInPlace(s) })
		if !slices.Equal(apart, inPlace) {
			t.Errorf("values and gradients %v, apart %v", inPlace, apart)
		}
	})
}

func TestInPlaceOfWhatIsNeeded(t *testing.T) {
	err := Run(func(s *Scope) error {
		kept := Ones(s, Float32, CPU, 2).RequiresGrad(s, true).Exp(s) // whose gradient is itself
		kept.ReLUInPlace(s).Sum(s).Backward(s)
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "inplace") {
		t.Errorf("the error is %v", err)
	}
}

func TestRandomRanges(t *testing.T) {
	compute(t, func(s *Scope) {
		x := Empty(s, Float64, CPU, 10000)
		x.Uniform(s, 2, 4)
		for _, value := range x.Float64s(s) {
			if value < 2 || value >= 4 {
				t.Fatalf("%v is not in [2, 4)", value)
			}
		}
		x.Normal(s, -1, 2)
		mean := x.Mean(s)
		deviation := x.Sub(s, mean).Pow(s, 2).Mean(s).Sqrt(s).Item(s)
		// Five standard errors of 10,000 draws.
		if got := mean.Item(s); math.Abs(got+1) > .1 || math.Abs(deviation-2) > .1 {
			t.Errorf("mean %v and deviation %v, want -1 and 2", got, deviation)
		}
	})
}

// BenchmarkAddSmall is the price of an operator: a sum of four elements, its
// tensor made and freed.
func BenchmarkAddSmall(b *testing.B) {
	b.ReportAllocs()
	err := NoGrad(func(s *Scope) error {
		x := Ones(s, Float32, CPU, 4)
		for b.Loop() {
			x.Add(s, x).Free()
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkRun is the price of a scope with one tensor.
func BenchmarkRun(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		err := NoGrad(func(s *Scope) error {
			Empty(s, Float32, CPU, 1)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFromSlice moves a batch of four pictures of 224 pixels.
func BenchmarkFromSlice(b *testing.B) {
	pixels := make([]uint8, 4*224*224*3)
	b.SetBytes(int64(len(pixels)))
	b.ReportAllocs()
	compute(b, func(s *Scope) {
		for b.Loop() {
			FromSlice(s, pixels, 4, 224, 224, 3).Free()
		}
	})
}
