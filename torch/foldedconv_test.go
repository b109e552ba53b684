package torch

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"
)

// drawn returns numbers from −1 to 1.
func drawn(s *Scope, shape ...int64) *Tensor {
	x := Empty(s, Float32, CPU, shape...)
	x.Uniform(s, -1, 1)
	return x
}

// onlyPacked skips where oneDNN has no products of a type: bfloat16 wants AVX512.
func onlyPacked(t *testing.T, products DType) {
	t.Helper()
	compute(t, func(s *Scope) {
		if !Packs(s, products) {
			t.Skip("oneDNN has no products in", products, "on this processor")
		}
	})
}

// TestImitatesBFloat16: what cpuid says is what oneDNN does.
func TestImitatesBFloat16(t *testing.T) {
	if runtime.GOARCH != "amd64" || os.Getenv("ATEN_CPU_CAPABILITY") != "" {
		t.Skip("libtorch is told what the processor can do, or it is no x86")
	}
	compute(t, func(s *Scope) {
		if imitates, packs := ImitatesBFloat16(CPU), Packs(s, BFloat16); imitates == packs {
			t.Errorf("products in bfloat16 imitated: %v; packed by oneDNN: %v", imitates, packs)
		}
	})
	if ImitatesBFloat16(CUDA(0)) {
		t.Error("a GPU imitates bfloat16")
	}
}

func TestPackedConv2D(t *testing.T) {
	for _, test := range []struct {
		products  DType
		tolerance float64 // of the largest; bfloat16 has 8 bits
	}{{Float32, 1e-6}, {BFloat16, 2e-2}} {
		t.Run(fmt.Sprint(test.products), func(t *testing.T) {
			onlyPacked(t, test.products)
			if err := ManualSeed(1); err != nil {
				t.Fatal(err)
			}
			compute(t, func(s *Scope) {
				draw := func(shape ...int64) *Tensor { return drawn(s, shape...).To(s, test.products) }
				x, other := draw(2, 8, 9, 9).ChannelsLast(s), draw(2, 16, 5, 5).ChannelsLast(s)
				weight, bias := draw(16, 8, 3, 3), draw(16)
				o := Conv2DOptions{Stride: [2]int64{2, 2}, Padding: [2]int64{1, 1}}
				packed := PackConv2D(s, weight, bias, o, x.Shape()...)
				want := x.Conv2D(s, weight, bias, o)
				expectNear(t, s, "plain", packed.Forward(s, x), want, test.tolerance)
				expectNear(t, s, "ReLU", packed.ForwardReLU(s, x), want.Add(s, Zeros(s, test.products, CPU)).ReLUInPlace(s), test.tolerance)
				expectNear(t, s, "sum", packed.ForwardAddReLU(s, x, other), want.Add(s, other).ReLUInPlace(s), test.tolerance)
				expectNear(t, s, "sum written over", packed.ForwardReLUOnto(s, x, other.Clone(s)), want.Add(s, other).ReLUInPlace(s), test.tolerance)
				pooled := want.Add(s, Zeros(s, test.products, CPU)).ReLUInPlace(s).MaxPool2D(s, 3, 2, 1)
				expectNear(t, s, "pooled", packed.ForwardReLUMaxPool(s, x), pooled, test.tolerance)
				expectNear(t, s, "pooled, another layout", packed.ForwardReLUMaxPool(s, x.Contiguous(s)), pooled, test.tolerance)
				first, onto := x.Narrow(s, 0, 0, 1), other.Narrow(s, 0, 1, 1)
				expectNear(t, s, "sum of one picture", packed.ForwardAddReLU(s, first, onto), first.Conv2D(s, weight, bias, o).Add(s, onto).ReLUInPlace(s), test.tolerance)
				one := draw(1, 8, 1, 1) // sides of 1, whose strides may be any
				o.Stride = [2]int64{1, 1}
				square := draw(8, 8, 3, 3)
				summed := one.Conv2D(s, square, nil, o).Add(s, one).ReLUInPlace(s)
				packed = PackConv2D(s, square, nil, o, one.Shape()...)
				expectNear(t, s, "sum of one place", packed.ForwardAddReLU(s, one, one.ChannelsLast(s)), summed, test.tolerance)
				o.Stride = [2]int64{2, 2}
				none, onNone := x.Narrow(s, 0, 0, 0), other.Narrow(s, 0, 0, 0) // a process's share of a small batch
				packed = PackConv2D(s, weight, bias, o, x.Shape()...)
				for _, got := range []*Tensor{packed.Forward(s, none), packed.ForwardAddReLU(s, none, onNone)} {
					if fmt.Sprint(got.Shape()) != "[0 16 5 5]" {
						t.Errorf("no picture becomes %v", got.Shape())
					}
				}
				expectNear(t, s, "no bias", PackConv2D(s, weight, nil, o, x.Shape()...).Forward(s, x), x.Conv2D(s, weight, nil, o), test.tolerance)
			})
		})
	}
}

// TestForwardReLUMaxPool has maps of even and odd sides, of one row, and values
// that are no numbers, which the window's maximum keeps, as libtorch's does.
func TestForwardReLUMaxPool(t *testing.T) {
	for _, products := range []DType{Float32, BFloat16} {
		for _, side := range [][2]int64{{1, 1}, {1, 8}, {2, 3}, {7, 6}, {12, 17}} {
			t.Run(fmt.Sprint(products, side), func(t *testing.T) {
				onlyPacked(t, products)
				if err := ManualSeed(2); err != nil {
					t.Fatal(err)
				}
				compute(t, func(s *Scope) {
					x := drawn(s, 3, 3, side[0], side[1]).To(s, products).ChannelsLast(s)
					x.Narrow(s, 0, 2, 1).FillInPlace(s, math.NaN())
					weight, o := drawn(s, 16, 3, 1, 1).To(s, products), Conv2DOptions{}
					packed := PackConv2D(s, weight, nil, o, x.Shape()...)
					want := packed.ForwardReLU(s, x).MaxPool2D(s, 3, 2, 1)
					got := packed.ForwardReLUMaxPool(s, x)
					if fmt.Sprint(got.Shape()) != fmt.Sprint(want.Shape()) {
						t.Fatalf("pooled to %v, %v wanted", got.Shape(), want.Shape())
					}
					values := got.To(s, Float32).Float32s(s)
					for i, w := range want.To(s, Float32).Float32s(s) {
						if v := values[i]; v != w && (v == v || w == w) {
							t.Fatalf("element %d: %v, want %v", i, v, w)
						}
					}
				})
			})
		}
	}
}

// TestPackedConv2DOf3x3 has windows of 3 × 3 with many channels, which float32
// multiplies by Winograd's way, with sides even, odd, of 1, and of more tiles than
// are multiplied at once. Maps of 14 and more have tiles of 4 × 4, which round more:
// behind all of ResNet-18 1.6e-6 of the largest, where direct convolutions have 1.2e-6.
func TestPackedConv2DOf3x3(t *testing.T) {
	for _, test := range []struct {
		pictures, height, width int64
		tolerance               float64 // of the largest
	}{{2, 8, 6, 1e-6}, {1, 7, 9, 1e-6}, {3, 1, 5, 1e-6}, {1, 2, 1, 1e-6}, {9, 12, 13, 1e-6}, {1, 14, 17, 2e-6}, {2, 40, 37, 2e-6}, {1, 64, 64, 2e-6}} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			if err := ManualSeed(1); err != nil {
				t.Fatal(err)
			}
			compute(t, func(s *Scope) {
				draw := func(shape ...int64) *Tensor { return drawn(s, shape...) }
				x, other := draw(test.pictures, 32, test.height, test.width), draw(test.pictures, 48, test.height, test.width).ChannelsLast(s)
				weight, bias := draw(48, 32, 3, 3), draw(48)
				o := Conv2DOptions{Stride: [2]int64{1, 1}, Padding: [2]int64{1, 1}}
				packed := PackConv2D(s, weight, bias, o, x.Shape()...)
				want := x.Conv2D(s, weight, bias, o)
				expectNear(t, s, "plain", packed.Forward(s, x.ChannelsLast(s)), want, test.tolerance)
				expectNear(t, s, "another layout", packed.Forward(s, x), want, test.tolerance)
				expectNear(t, s, "sum", packed.ForwardAddReLU(s, x, other), want.Add(s, other).ReLUInPlace(s), test.tolerance)
				if got := packed.Forward(s, x.Narrow(s, 0, 0, 0)).Shape(); s.Err() == nil && (got[0] != 0 || got[1] != 48) {
					t.Errorf("no picture becomes %v", got)
				}
				expectNear(t, s, "no bias", PackConv2D(s, weight, nil, o, x.Shape()...).ForwardReLU(s, x), x.Conv2D(s, weight, nil, o).ReLUInPlace(s), test.tolerance)
			})
		})
	}
}

// TestPackedConv2DOf3x3InBFloat16 is TestPackedConv2DOf3x3 with so many channels as
// bfloat16 multiplies by Winograd's way where the processor has products of pairs.
func TestPackedConv2DOf3x3InBFloat16(t *testing.T) {
	onlyPacked(t, BFloat16)
	const tolerance = 1e-2 // of the largest; bfloat16 has 8 bits
	for _, sides := range [][3]int64{{2, 8, 6}, {1, 7, 9}, {3, 1, 5}, {1, 2, 1}, {9, 12, 13}, {2, 40, 37}} {
		t.Run(fmt.Sprint(sides), func(t *testing.T) {
			if err := ManualSeed(1); err != nil {
				t.Fatal(err)
			}
			compute(t, func(s *Scope) {
				draw := func(shape ...int64) *Tensor { return drawn(s, shape...).To(s, BFloat16) }
				x, other := draw(sides[0], 64, sides[1], sides[2]), draw(sides[0], 192, sides[1], sides[2]).ChannelsLast(s)
				weight, bias := draw(192, 64, 3, 3), draw(192)
				o := Conv2DOptions{Stride: [2]int64{1, 1}, Padding: [2]int64{1, 1}}
				packed := PackConv2D(s, weight, bias, o, x.Shape()...)
				want := x.To(s, Float32).Conv2D(s, weight.To(s, Float32), bias.To(s, Float32), o)
				sum := want.Add(s, other.To(s, Float32)).ReLUInPlace(s)
				expectNear(t, s, "plain", packed.Forward(s, x.ChannelsLast(s)), want, tolerance)
				expectNear(t, s, "another layout", packed.Forward(s, x), want, tolerance)
				expectNear(t, s, "sum", packed.ForwardAddReLU(s, x, other), sum, tolerance)
				expectNear(t, s, "sum written over", packed.ForwardReLUOnto(s, x, other.Clone(s)), sum, tolerance)
				if got := packed.Forward(s, x.Narrow(s, 0, 0, 0)).Shape(); s.Err() == nil && (got[0] != 0 || got[1] != 192) {
					t.Errorf("no picture becomes %v", got)
				}
				x.Narrow(s, 0, 0, 1).Narrow(s, 2, 0, 1).Narrow(s, 3, 0, 1).FillInPlace(s, math.NaN())
				if got := packed.ForwardReLU(s, x).To(s, Float32).Float32s(s); !math.IsNaN(float64(got[0])) {
					t.Errorf("what is no number becomes %v", got[0])
				}
			})
		})
	}
}

func TestPackedConv2DErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		run  func(s *Scope, x, weight *Tensor)
	}{
		{"channels", func(s *Scope, x, weight *Tensor) {
			PackConv2D(s, weight, nil, Conv2DOptions{}, 1, 8, 9, 9).Forward(s, x)
		}},
		{"a huge input", func(s *Scope, _, weight *Tensor) {
			PackConv2D(s, weight, nil, Conv2DOptions{}, 1, 8, math.MaxInt64, math.MaxInt64)
		}},
		{"an input of many numbers", func(s *Scope, _, weight *Tensor) { PackConv2D(s, weight, nil, Conv2DOptions{}, 1<<16, 8, 1<<16, 9) }},
		{"a negative side", func(s *Scope, _, weight *Tensor) { PackConv2D(s, weight, nil, Conv2DOptions{}, 1, 8, -9, 9) }},
		{"an input without rows", func(s *Scope, _, weight *Tensor) { PackConv2D(s, weight, nil, Conv2DOptions{}, 1, 8, 0, 9) }},
		{"an input of two dimensions", func(s *Scope, _, weight *Tensor) { PackConv2D(s, weight, nil, Conv2DOptions{}, 8, 9) }},
		{"another number of channels", func(s *Scope, _, weight *Tensor) { PackConv2D(s, weight, nil, Conv2DOptions{}, 1, 7, 9, 9) }},
		{"a window beyond the input", func(s *Scope, _, weight *Tensor) { PackConv2D(s, weight, nil, Conv2DOptions{}, 1, 8, 2, 2) }},
		{"a negative stride", func(s *Scope, _, weight *Tensor) {
			PackConv2D(s, weight, nil, Conv2DOptions{Stride: [2]int64{-1, 1}}, 1, 8, 9, 9)
		}},
		{"a huge padding", func(s *Scope, _, weight *Tensor) {
			PackConv2D(s, weight, nil, Conv2DOptions{Padding: [2]int64{1 << 50, 0}}, 1, 8, 9, 9)
		}},
		{"groups that do not divide", func(s *Scope, _, weight *Tensor) { PackConv2D(s, weight, nil, Conv2DOptions{Groups: 3}, 1, 24, 9, 9) }},
		{"a huge picture", func(s *Scope, _, _ *Tensor) {
			o := Conv2DOptions{Stride: [2]int64{2, 2}, Padding: [2]int64{3, 3}}
			PackConv2D(s, Zeros(s, Float32, CPU, 64, 3, 7, 7), nil, o, 4, 3, math.MaxInt64, math.MaxInt64)
		}},
		{"forward beyond", func(s *Scope, _, weight *Tensor) {
			PackConv2D(s, weight, nil, Conv2DOptions{}, 1, 8, 9, 9).Forward(s, Zeros(s, Float32, CPU, 1, 8, 2, 2))
		}},
		{"forward without rows", func(s *Scope, _, weight *Tensor) {
			PackConv2D(s, weight, nil, Conv2DOptions{}, 1, 8, 9, 9).Forward(s, Zeros(s, Float32, CPU, 1, 8, 0, 9))
		}},
		{"an input without pictures", func(s *Scope, _, weight *Tensor) { PackConv2D(s, weight, nil, Conv2DOptions{}, 0, 8, 9, 9) }},
		{"no weight", func(s *Scope, x, _ *Tensor) { PackConv2D(s, nil, nil, Conv2DOptions{}, 1, 8, 9, 9) }},
		{"sum of another shape", func(s *Scope, _, weight *Tensor) {
			x := Zeros(s, Float32, CPU, 1, 8, 9, 9)
			PackConv2D(s, weight, nil, Conv2DOptions{}, 1, 8, 9, 9).ForwardAddReLU(s, x, Zeros(s, Float32, CPU, 1, 16, 2, 2))
		}},
		{"bias of another size", func(s *Scope, _, weight *Tensor) {
			PackConv2D(s, weight, Zeros(s, Float32, CPU, 3), Conv2DOptions{}, 1, 8, 9, 9).Forward(s, Zeros(s, Float32, CPU, 1, 8, 9, 9))
		}},
		{"3 × 3: channels", func(s *Scope, x, _ *Tensor) { packed3x3(s, nil).Forward(s, x) }},
		{"3 × 3: a type", func(s *Scope, _, _ *Tensor) { packed3x3(s, nil).Forward(s, Zeros(s, BFloat16, CPU, 1, 32, 9, 9)) }},
		{"3 × 3: bias of another size", func(s *Scope, _, _ *Tensor) {
			packed3x3(s, Zeros(s, Float32, CPU, 3)).Forward(s, Zeros(s, Float32, CPU, 1, 32, 9, 9))
		}},
		{"3 × 3: sum of another shape", func(s *Scope, _, _ *Tensor) {
			packed3x3(s, nil).ForwardAddReLU(s, Zeros(s, Float32, CPU, 1, 32, 9, 9), Zeros(s, Float32, CPU, 1, 48, 9, 8))
		}},
		{"weight not packed", func(s *Scope, x, weight *Tensor) { PackedConv2D{weight: weight}.Forward(s, x) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := NoGrad(func(s *Scope) error {
				test.run(s, Zeros(s, Float32, CPU, 1, 4, 9, 9), Zeros(s, Float32, CPU, 16, 8, 3, 3))
				return nil
			})
			if err == nil {
				t.Error("no error")
			}
		})
	}
}

// packed3x3 is a convolution by Winograd's way, 32 channels in and 48 out.
func packed3x3(s *Scope, bias *Tensor) PackedConv2D {
	o := Conv2DOptions{Stride: [2]int64{1, 1}, Padding: [2]int64{1, 1}}
	return PackConv2D(s, Zeros(s, Float32, CPU, 48, 32, 3, 3), bias, o, 1, 32, 9, 9)
}

// TestForwardReLUOntoItself adds what a convolution read.
func TestForwardReLUOntoItself(t *testing.T) {
	sums(t, 24, 24, func(s *Scope, p PackedConv2D, x, _ *Tensor) (got, added *Tensor) {
		added = x.Clone(s)
		return p.ForwardReLUOnto(s, x, x), added
	})
}

// TestOneChannel adds to a convolution of one.
func TestOneChannel(t *testing.T) {
	sums(t, 16, 1, func(s *Scope, p PackedConv2D, x, other *Tensor) (got, added *Tensor) {
		return p.ForwardAddReLU(s, x, other), other
	})
	sums(t, 16, 1, func(s *Scope, p PackedConv2D, x, other *Tensor) (got, added *Tensor) {
		added = other.Clone(s)
		return p.ForwardReLUOnto(s, x, other), added
	})
}

// sums compares ReLU of a convolution and what is added to it.
func sums(t *testing.T, in, out int64, add func(s *Scope, p PackedConv2D, x, other *Tensor) (got, added *Tensor)) {
	t.Helper()
	for _, side := range []int64{1, 3} {
		err := NoGrad(func(s *Scope) error {
			o := Conv2DOptions{Padding: [2]int64{side / 2, side / 2}}
			weight, x, other := drawn(s, out, in, side, side), drawn(s, 2, in, 9, 9).ChannelsLast(s), drawn(s, 2, out, 9, 9).ChannelsLast(s)
			plain := x.Conv2D(s, weight, nil, o)
			got, added := add(s, PackConv2D(s, weight, nil, o, 2, in, 9, 9), x, other)
			expectNear(t, s, fmt.Sprint("side ", side), got, plain.Add(s, added).ReLUInPlace(s), 1e-5)
			return nil
		})
		if err != nil {
			t.Errorf("side %d: %v", side, err)
		}
	}
}

// TestLearningThroughPackedWeights drops no gradient: it is the plain weight's, or
// refused.
func TestLearningThroughPackedWeights(t *testing.T) {
	err := Run(func(s *Scope) error {
		weight, numbers := drawn(s, 8, 8), drawn(s, 2, 8)
		gradient := func(weight *Tensor) *Tensor {
			x := numbers.Clone(s).RequiresGrad(s, true)
			x.Linear(s, weight, nil).Add(s, x).Sum(s).Backward(s)
			return x.Grad(s)
		}
		expectNear(t, s, "gradient", gradient(weight.PackLinear(s, 2)), gradient(weight), 1e-6)
		return nil
	})
	if err != nil && !strings.Contains(err.Error(), "nothing is learned through") {
		t.Error(err)
	}
}
