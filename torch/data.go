package torch

// #include "ctorch.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// FromSlice returns a tensor on the CPU of the given shape, with a copy of
// data, in row-major order.
func FromSlice[T Element](s *Scope, data []T, shape ...int64) *Tensor {
	if count := product(shape); count != int64(len(data)) {
		s.Fail(&Error{Op: "from slice", Message: fmt.Sprintf("%d elements for shape %s", len(data), shapeText(shape))})
	}
	if len(data) == 0 {
		return Empty(s, dtypeOf[T](), CPU, shape...)
	}
	return s.result("from slice", func(out *handle) *C.char {
		// With &data[0] cgo looks for Go pointers in the elements alone, not in
		// the whole of a struct that they are part of.
		return C.tg_from_data(out, unsafe.Pointer(&data[0]), sizes(shape), C.int32_t(dtypeOf[T]()))
	})
}

// CopySlice writes data, in row-major order, into x, converted, on any device.
func CopySlice[T Element](s *Scope, x *Tensor, data []T) {
	s.do("copy slice", func() *C.char {
		var first unsafe.Pointer
		if len(data) > 0 {
			first = unsafe.Pointer(&data[0])
		}
		return C.tg_copy_in(x.handle, first, C.int64_t(len(data)), C.int32_t(dtypeOf[T]()))
	}, x)
}

func product(shape []int64) int64 {
	n := int64(1)
	for _, size := range shape {
		n *= size
	}
	return n
}

// Full returns a tensor filled with value.
func Full(s *Scope, value float64, dtype DType, device Device, shape ...int64) *Tensor {
	d := s.device(device)
	return s.result("full", func(out *handle) *C.char {
		return C.tg_full(out, C.double(value), sizes(shape), C.int32_t(dtype), d)
	})
}

// Zeros returns a tensor of zeros.
func Zeros(s *Scope, dtype DType, device Device, shape ...int64) *Tensor {
	return Full(s, 0, dtype, device, shape...)
}

// Ones returns a tensor of ones.
func Ones(s *Scope, dtype DType, device Device, shape ...int64) *Tensor {
	return Full(s, 1, dtype, device, shape...)
}

// Empty returns a tensor whose values are whatever its memory held.
func Empty(s *Scope, dtype DType, device Device, shape ...int64) *Tensor {
	d := s.device(device)
	return s.result("empty", func(out *handle) *C.char {
		return C.tg_empty(out, sizes(shape), C.int32_t(dtype), d)
	})
}

// Arange returns the int64 numbers 0 to n-1.
func Arange(s *Scope, n int64, device Device) *Tensor {
	d := s.device(device)
	return s.result("arange", func(out *handle) *C.char {
		return C.tg_arange(out, C.int64_t(n), d)
	})
}

// Float32s returns x's elements in row-major order, converted if x holds
// another type, from any device. Nil after a failure.
func (x *Tensor) Float32s(s *Scope) []float32 { return copyOut[float32](s, x) }

// Float64s is Float32s for float64.
func (x *Tensor) Float64s(s *Scope) []float64 { return copyOut[float64](s, x) }

// Int64s is Float32s for int64; fractions are cut.
func (x *Tensor) Int64s(s *Scope) []int64 { return copyOut[int64](s, x) }

// Uint8s is Float32s for uint8; fractions are cut.
func (x *Tensor) Uint8s(s *Scope) []uint8 { return copyOut[uint8](s, x) }

// Bools is Float32s for bool: whether an element is not zero.
func (x *Tensor) Bools(s *Scope) []bool { return copyOut[bool](s, x) }

func copyOut[T Element](s *Scope, x *Tensor) []T {
	if !s.ready("copy out", []*Tensor{x}) {
		return nil
	}
	data := make([]T, x.Numel())
	if len(data) == 0 {
		return data
	}
	s.do("copy out", func() *C.char {
		return C.tg_copy_out(unsafe.Pointer(&data[0]), C.int64_t(len(data)), C.int32_t(dtypeOf[T]()), x.handle)
	}, x)
	if s.err != nil {
		return nil
	}
	return data
}

// Item returns the only element of x, or 0 after a failure.
func (x *Tensor) Item(s *Scope) float64 {
	var value C.double
	s.do("item", func() *C.char { return C.tg_item(&value, x.handle) }, x)
	return float64(value)
}

// To returns x with elements of another type.
func (x *Tensor) To(s *Scope, dtype DType) *Tensor {
	return s.result("to", func(out *handle) *C.char { return C.tg_to_dtype(out, x.handle, C.int32_t(dtype)) }, x)
}

// ToDevice returns x on a device. From pinned memory to CUDA the copy runs
// while the CPU goes on, so x must not be written into meanwhile.
func (x *Tensor) ToDevice(s *Scope, device Device) *Tensor {
	d := s.device(device)
	return s.result("to", func(out *handle) *C.char { return C.tg_to_device(out, x.handle, d) }, x)
}

// Detach returns x's values, in the same memory, outside any graph.
func (x *Tensor) Detach(s *Scope) *Tensor {
	return s.result("detach", func(out *handle) *C.char { return C.tg_detach(out, x.handle) }, x)
}

// Clone returns a copy of x, which autograd records.
func (x *Tensor) Clone(s *Scope) *Tensor {
	return s.result("clone", func(out *handle) *C.char { return C.tg_clone(out, x.handle) }, x)
}

// Contiguous returns x with its elements in row-major order in memory.
func (x *Tensor) Contiguous(s *Scope) *Tensor {
	return s.result("contiguous", func(out *handle) *C.char { return C.tg_contiguous(out, x.handle) }, x)
}

// ChannelsLast returns x, of shape (N, C, H, W), with memory in the order
// N, H, W, C, in which convolutions are fastest.
func (x *Tensor) ChannelsLast(s *Scope) *Tensor {
	return s.result("channels last", func(out *handle) *C.char { return C.tg_channels_last(out, x.handle) }, x)
}

// PinMemory returns a copy of x in memory that CUDA reads directly.
func (x *Tensor) PinMemory(s *Scope) *Tensor {
	return s.result("pin memory", func(out *handle) *C.char { return C.tg_pin_memory(out, x.handle) }, x)
}
