package torch

// #include "ctorch.h"
import "C"

// Tensor is a reference to a tensor of libtorch, owned by a scope. Its methods
// may be called on nil and on the result of a failed operator: they describe
// an empty tensor, and operators on it fail.
type Tensor struct {
	handle handle // nil once freed
	scope  *Scope
	place  int // in scope.tensors
}

var (
	inert  = &Tensor{} // what a failed operator returns
	absent = &Tensor{} // stands for an optional input that is nil
)

// optional marks x as an input that may be nil.
func optional(x *Tensor) *Tensor {
	if x == nil {
		return absent
	}
	return x
}

// absence says why x has no value.
func (x *Tensor) absence() string {
	switch x {
	case nil:
		return "is nil"
	case inert:
		return "is the result of a failed operator"
	}
	return "was freed"
}

func (x *Tensor) exists() bool { return x != nil && x.handle != nil }

// MoveTo makes outer the owner of x, so that it outlives its scope, and
// returns x.
func (x *Tensor) MoveTo(outer *Scope) *Tensor {
	outer.use.begin()
	defer outer.use.end()
	if !outer.ready("move", []*Tensor{x}) {
		return inert
	}
	x.scope.release(x)
	outer.adopt(x)
	return x
}

// Free frees x before its scope is closed. Freeing twice is harmless.
func (x *Tensor) Free() {
	if !x.exists() {
		return
	}
	s := x.scope
	s.use.begin()
	defer s.use.end()
	s.release(x)
	s.out[0], x.handle = x.handle, nil
	C.tg_free(&s.out[0], 1)
}

func (x *Tensor) describe() C.tg_description {
	if !x.exists() {
		return C.tg_description{}
	}
	return C.tg_describe(x.handle)
}

// Shape returns the sizes of x.
func (x *Tensor) Shape() []int64 {
	d := x.describe()
	shape := make([]int64, d.shape.count)
	for i := range shape {
		shape[i] = int64(d.shape.values[i])
	}
	return shape
}

// Dim returns the size of dimension i, counted from the end where i is
// negative, or 0 where x has no such dimension.
func (x *Tensor) Dim(i int) int64 {
	d := x.describe()
	if i < 0 {
		i += int(d.shape.count)
	}
	if i < 0 || i >= int(d.shape.count) {
		return 0
	}
	return int64(d.shape.values[i])
}

// Numel returns the number of elements of x.
func (x *Tensor) Numel() int64 {
	if !x.exists() {
		return 0
	}
	n := int64(1)
	for _, size := range x.Shape() {
		n *= size
	}
	return n
}

// DType returns the type of x's elements.
func (x *Tensor) DType() DType { return DType(x.describe().dtype) }

// Device returns where x's elements are.
func (x *Tensor) Device() Device {
	if !x.exists() {
		return CPU
	}
	return deviceOf(x.describe().device)
}

// NeedsGrad reports whether Backward computes a gradient through x.
func (x *Tensor) NeedsGrad() bool { return bool(x.describe().requires_grad) }

// Live returns the number of tensors that are not yet freed, in all scopes.
func Live() int64 {
	if !opened.Load() {
		return 0
	}
	return int64(C.tg_live())
}

// sizes passes a shape to C by value. One that is too long is marked, and
// refused there.
func sizes(values []int64) (c C.tg_sizes) {
	c.count = C.int64_t(len(values))
	for i, value := range values[:min(len(values), C.TG_MAX_RANK)] {
		c.values[i] = C.int64_t(value)
	}
	return c
}

// list passes tensors to C; C only borrows the memory of handles.
func list(handles []handle) (c C.tg_list) {
	if len(handles) > 0 {
		c.tensors, c.count = &handles[0], C.int64_t(len(handles))
	}
	return c
}

func handles(tensors []*Tensor) []handle {
	out := make([]handle, len(tensors))
	for i, x := range tensors {
		if x != nil {
			out[i] = x.handle
		}
	}
	return out
}
