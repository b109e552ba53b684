package torch

// #include "ctorch.h"
import "C"

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
	shape := sizes(input)
	packed := s.result("pack_conv2d", func(out *handle) *C.char {
		return C.tg_pack_conv2d(out, weight.handle, o.c(), shape)
	}, weight)
	return PackedConv2D{packed, bias, o}
}

// Forward returns the convolution of x, of shape (N, C, H, W) and the weight's
// type.
func (p PackedConv2D) Forward(s *Scope, x *Tensor) *Tensor { return p.run(s, x, absent, false, false) }

// ForwardReLU returns ReLU of the convolution.
func (p PackedConv2D) ForwardReLU(s *Scope, x *Tensor) *Tensor {
	return p.run(s, x, absent, true, false)
}

// ForwardAddReLU returns ReLU of other plus the convolution, which has its
// shape.
func (p PackedConv2D) ForwardAddReLU(s *Scope, x, other *Tensor) *Tensor {
	return p.run(s, x, other, true, false)
}

// ForwardReLUOnto is ForwardAddReLU that may write over other, which saves the
// processor fresh memory.
func (p PackedConv2D) ForwardReLUOnto(s *Scope, x, other *Tensor) *Tensor {
	return p.run(s, x, other, true, true)
}

func (p PackedConv2D) run(s *Scope, x, other *Tensor, relu, onto bool) *Tensor {
	bias := optional(p.bias)
	return s.result("folded_conv2d", func(out *handle) *C.char {
		return C.tg_folded_conv2d(out, x.handle, p.weight.handle, bias.handle, other.handle, p.options.c(), C.bool(relu), C.bool(onto))
	}, x, p.weight, bias, other)
}

// ForwardReLUMaxPool returns the largest of each window of 3 × 3 of
// ForwardReLU's result, at steps of 2 with a padding of 1: a ResNet's stem. It
// works picture by picture, whose maps stay in the processor's cache. x may be
// float32 whatever the weight's type. The weight is one that PackConv2D lays out
// for oneDNN, as of three channels read, not for Winograd's way.
func (p PackedConv2D) ForwardReLUMaxPool(s *Scope, x *Tensor) *Tensor {
	bias := optional(p.bias)
	return s.result("folded_stem", func(out *handle) *C.char {
		return C.tg_folded_stem(out, x.handle, p.weight.handle, bias.handle, p.options.c())
	}, x, p.weight, bias)
}
