package torch

// The methods of this file write in place. Autograd records AddInPlace and
// ReLUInPlace alone.

// #include "ctorch.h"
import "C"

// CopyFrom writes source, broadcast and converted, into x.
func (x *Tensor) CopyFrom(s *Scope, source *Tensor) {
	s.do("copy", func() *C.char { return C.tg_copy_from(x.handle, source.handle) }, x, source)
}

// FillInPlace writes value into every element of x.
func (x *Tensor) FillInPlace(s *Scope, value float64) {
	s.do("fill", func() *C.char { return C.tg_fill(x.handle, C.double(value)) }, x)
}

// ScaleInPlace multiplies x by factor.
func (x *Tensor) ScaleInPlace(s *Scope, factor float64) {
	s.do("scale", func() *C.char { return C.tg_scale(x.handle, C.double(factor)) }, x)
}

// LerpInPlace moves x towards other by weight: x + weight · (other - x).
func (x *Tensor) LerpInPlace(s *Scope, other *Tensor, weight float64) {
	s.do("lerp", func() *C.char { return C.tg_lerp(x.handle, other.handle, C.double(weight)) }, x, other)
}

// Uniform draws every element of x from [low, high).
func (x *Tensor) Uniform(s *Scope, low, high float64) {
	if s.undrawn {
		return
	}
	s.do("uniform", func() *C.char { return C.tg_uniform(x.handle, C.double(low), C.double(high)) }, x)
}

// Normal draws every element of x from the normal distribution.
func (x *Tensor) Normal(s *Scope, mean, deviation float64) {
	if s.undrawn {
		return
	}
	s.do("normal", func() *C.char { return C.tg_normal(x.handle, C.double(mean), C.double(deviation)) }, x)
}

// AddInPlace adds other, broadcast, to x and returns x. Backward fails where a
// gradient needs what x was.
func (x *Tensor) AddInPlace(s *Scope, other *Tensor) *Tensor {
	s.do("add_in_place", func() *C.char { return C.tg_add_in_place(x.handle, other.handle) }, x, other)
	return x
}

// ReLUInPlace sets x to 0 where it is negative and returns x. Backward fails
// where a gradient needs what x was.
func (x *Tensor) ReLUInPlace(s *Scope) *Tensor {
	s.do("relu_in_place", func() *C.char { return C.tg_relu_in_place(x.handle) }, x)
	return x
}
