package torch

// #include "ctorch.h"
import "C"

// Conv2DOptions are the options of Conv2D, height first. A zero Stride,
// Dilation or Groups means 1.
type Conv2DOptions struct {
	Stride, Padding, Dilation [2]int64
	Groups                    int64
}

func (o Conv2DOptions) c() C.tg_conv2d_options {
	return C.tg_conv2d_options{
		stride:   pair(o.Stride, 1),
		padding:  pair(o.Padding, 0),
		dilation: pair(o.Dilation, 1),
		groups:   C.int64_t(max(o.Groups, 1)),
	}
}

// pair passes two sizes to C, with a default for zeros.
func pair(values [2]int64, zero int64) (c [2]C.int64_t) {
	for i, value := range values {
		if value == 0 {
			value = zero
		}
		c[i] = C.int64_t(value)
	}
	return c
}

// Conv2D returns the cross-correlation of x, of shape (N, C, H, W), with
// weight, (O, C/Groups, h, w), plus bias, (O), unless it is nil.
func (x *Tensor) Conv2D(s *Scope, weight, bias *Tensor, o Conv2DOptions) *Tensor {
	b := optional(bias)
	return s.result("conv2d", func(out *handle) *C.char {
		return C.tg_conv2d(out, x.handle, weight.handle, b.handle, o.c())
	}, x, weight, b)
}

// BatchNorm returns x, of shape (N, C) or (N, C, …), less the mean and over the
// standard deviation of each channel, times weight plus bias, both (C) (Ioffe
// and Szegedy 2015). In training mean and variance are the batch's, and the
// running ones given move towards them by momentum; else the given ones are
// used. Weight and bias may be nil, in training mean and variance too.
func (x *Tensor) BatchNorm(s *Scope, weight, bias, mean, variance *Tensor, training bool, momentum, eps float64) *Tensor {
	w, b, m, v := optional(weight), optional(bias), optional(mean), optional(variance)
	o := C.tg_batch_norm_options{training: C.bool(training), momentum: C.double(momentum), eps: C.double(eps)}
	return s.result("batch_norm", func(out *handle) *C.char {
		return C.tg_batch_norm(out, x.handle, w.handle, b.handle, m.handle, v.handle, o)
	}, x, w, b, m, v)
}

func poolOptions(kernel, stride, padding int64) C.tg_pool2d_options {
	return C.tg_pool2d_options{
		kernel:  pair([2]int64{kernel, kernel}, 0),
		stride:  pair([2]int64{stride, stride}, kernel),
		padding: pair([2]int64{padding, padding}, 0),
	}
}

// MaxPool2D returns the largest value of each square window of x, of shape
// (N, C, H, W). A stride of 0 is the kernel's size.
func (x *Tensor) MaxPool2D(s *Scope, kernel, stride, padding int64) *Tensor {
	o := poolOptions(kernel, stride, padding)
	return s.result("max_pool2d", func(out *handle) *C.char { return C.tg_max_pool2d(out, x.handle, o) }, x)
}

// AvgPool2D is MaxPool2D with the mean, zeros of the padding counted in.
func (x *Tensor) AvgPool2D(s *Scope, kernel, stride, padding int64) *Tensor {
	o := poolOptions(kernel, stride, padding)
	return s.result("avg_pool2d", func(out *handle) *C.char { return C.tg_avg_pool2d(out, x.handle, o) }, x)
}

// AdaptiveAvgPool2D returns x, of shape (N, C, H, W), averaged to height ×
// width.
func (x *Tensor) AdaptiveAvgPool2D(s *Scope, height, width int64) *Tensor {
	return s.result("adaptive_avg_pool2d", func(out *handle) *C.char {
		return C.tg_adaptive_avg_pool2d(out, x.handle, C.int64_t(height), C.int64_t(width))
	}, x)
}
