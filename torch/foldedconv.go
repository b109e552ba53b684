package torch

// #include "ctorch.h"
import "C"

import (
	"fmt"
	"math"
)

// PackedConv2D is a convolution whose weight does not change, laid out once as
// oneDNN wants it, or in float32 with windows of 3 × 3 as Winograd's way does, with
// fewer than half the multiplications and other rounding. It runs on the CPU and takes no part in gradients.
type PackedConv2D struct {
	weight, bias *Tensor
	options      Conv2DOptions
}

// Packs reports whether PackConv2D has products of a type on this processor.
func Packs(s *Scope, dtype DType) bool {
	packs := new(C.bool)
	s.do("packs", func() *C.char { return C.tg_packs(packs, C.int32_t(dtype)) })
	return bool(*packs)
}

// PackConv2D lays weight out, of shape (O, C/Groups, h, w) and float32 or
// bfloat16, for inputs of about the given shape, (N, C, H, W). Bias, (O) and of
// the weight's type, may be nil. The scope owns what is laid out.
func PackConv2D(s *Scope, weight, bias *Tensor, o Conv2DOptions, input ...int64) PackedConv2D {
	if s.err == nil && weight.exists() && !o.fits(weight, input) {
		s.Fail(&Error{Op: "pack_conv2d", Message: fmt.Sprintf("no such convolution of an input %s: %+v", shapeText(input), o), Shapes: [][]int64{weight.Shape()}})
	}
	shape := sizes(input)
	packed := s.result("pack_conv2d", func(out *handle) *C.char {
		return C.tg_pack_conv2d(out, weight.handle, o.c(), shape)
	}, weight)
	return PackedConv2D{packed, bias, o}
}

// mostPacked is the most numbers that a weight is laid out for, in and out:
// oneDNN divides by what it reckons of them in 32 bits.
const mostPacked = math.MaxInt32

// fits reports whether there is such a convolution, of a size that oneDNN can
// reckon with.
func (o Conv2DOptions) fits(weight *Tensor, input []int64) bool {
	kernel, groups := weight.Shape(), max(o.Groups, 1)
	if len(kernel) != 4 || len(input) != 4 || !reckonable(kernel) || !reckonable(input) {
		return false
	}
	if kernel[0]%groups != 0 || groups > kernel[0] || input[1] != kernel[1]*groups {
		return false
	}
	output := []int64{input[0], kernel[0], 0, 0}
	for i := range 2 {
		stride, padding, dilation := max(o.Stride[i], 1), o.Padding[i], max(o.Dilation[i], 1)
		if o.Stride[i] < 0 || o.Dilation[i] < 0 || padding < 0 || max(stride, padding, dilation) > math.MaxInt16 {
			return false
		}
		room := input[2+i] + 2*padding - dilation*(kernel[2+i]-1) - 1
		if room < 0 {
			return false
		}
		output[2+i] = room/stride + 1
	}
	return reckonable(output)
}

// reckonable reports whether a shape has no size below 1 and few enough numbers.
func reckonable(shape []int64) bool {
	numbers := int64(1)
	for _, size := range shape {
		if size < 1 || size > mostPacked/numbers {
			return false
		}
		numbers *= size
	}
	return true
}

// Forward returns the convolution of x, of shape (N, C, H, W) and the weight's
// type.
func (p PackedConv2D) Forward(s *Scope, x *Tensor) *Tensor { return p.run(s, x, absent, false) }

// ForwardReLU returns ReLU of the convolution.
func (p PackedConv2D) ForwardReLU(s *Scope, x *Tensor) *Tensor { return p.run(s, x, absent, true) }

// ForwardAddReLU returns ReLU of other plus the convolution, which has its
// shape.
func (p PackedConv2D) ForwardAddReLU(s *Scope, x, other *Tensor) *Tensor {
	return p.run(s, x, other, true)
}

func (p PackedConv2D) run(s *Scope, x, other *Tensor, relu bool) *Tensor {
	bias := optional(p.bias)
	return s.result("folded_conv2d", func(out *handle) *C.char {
		return C.tg_folded_conv2d(out, x.handle, p.weight.handle, bias.handle, other.handle, p.options.c(), C.bool(relu))
	}, x, p.weight, bias, other)
}
