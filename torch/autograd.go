package torch

// #include "ctorch.h"
import "C"

import (
	"runtime"
	"sync/atomic"

	"github.com/seetell/seetell/torch/internal/capi"
)

// RequiresGrad says whether Backward computes the gradient of x, a tensor of
// floating type that no recorded operator made, and returns x.
func (x *Tensor) RequiresGrad(s *Scope, on bool) *Tensor {
	s.do("requires grad", func() *C.char { return C.tg_set_requires_grad(x.handle, C.bool(on)) }, x)
	return x
}

// Grad returns x's gradient, in the same memory, or nil where there is none.
func (x *Tensor) Grad(s *Scope) *Tensor {
	var out handle
	s.do("grad", func() *C.char { return C.tg_grad(&out, x.handle) }, x)
	if out == nil {
		return nil
	}
	return s.own(out)
}

// SetGrad makes grad, of x's shape and type, the gradient of x; nil takes it
// away.
func (x *Tensor) SetGrad(s *Scope, grad *Tensor) {
	g := optional(grad)
	s.do("set grad", func() *C.char { return C.tg_set_grad(x.handle, g.handle) }, x, g)
}

// ZeroGrad takes x's gradient away, as PyTorch's zero_grad does.
func (x *Tensor) ZeroGrad(s *Scope) { x.SetGrad(s, nil) }

// backwardRan is set by the first Backward: from then on libtorch's engine
// knows no further devices.
var backwardRan atomic.Bool

// Backward adds the gradient of x, of one element, to the gradient of every
// tensor that x was computed from and that requires it. The graph is freed.
func (x *Tensor) Backward(s *Scope) {
	backwardRan.Store(true)
	s.do("backward", func() *C.char { return C.tg_backward(x.handle) }, x)
}

// Autocast calls f with products and convolutions on device in dtype, which is
// BFloat16, as torch.autocast does; inside f and on this goroutine only. Any
// other dtype switches autocast off for f.
func (s *Scope) Autocast(device Device, dtype DType, f func()) {
	if f == nil {
		s.Fail(&Error{Op: "autocast", Message: "no function was given"})
		return
	}
	d := s.device(device)
	if s.err != nil {
		f() // whose operators do nothing
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var previous C.tg_autocast
	message := C.tg_enter_autocast(&previous, d, C.bool(dtype == BFloat16), C.int32_t(dtype))
	if message != nil {
		s.Fail(newError("autocast", capi.Message(message), nil))
		f()
		return
	}
	defer func() { s.Fail(takeMessage(C.tg_leave_autocast(previous, d))) }()
	f()
}
