package torch

// #include "ctorch.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/seetell/seetell/torch/internal/capi"
)

// handle is libtorch's side of a tensor: memory that Go does not move or free.
type handle = *C.tg_tensor

// maxOutputs is the most tensors that an operator of fixed outputs returns.
const maxOutputs = 2

// Scope owns tensors and frees them when it is closed. It keeps the first
// error of its operators; after that they do nothing and return tensors
// without values. It belongs to one goroutine.
type Scope struct {
	tensors []*Tensor
	err     error
	closed  bool
	undrawn bool
	out     *[maxOutputs]handle // apart from the scope, since C writes into it
	use     usage
}

// NewScope opens a scope for tensors that live with an object, freed by the
// object's Close. Computation belongs in Run or NoGrad.
func NewScope() *Scope {
	s := &Scope{out: new([maxOutputs]handle)}
	s.Fail(Open())
	return s
}

// LeaveUndrawn says whether Uniform and Normal leave tensors as they are in this
// scope, since their values are to come from elsewhere.
func (s *Scope) LeaveUndrawn(on bool) { s.undrawn = on }

// Close frees every tensor of the scope. Closing twice is harmless.
func (s *Scope) Close() {
	s.use.begin()
	defer s.use.end()
	s.closed = true
	if len(s.tensors) == 0 {
		return
	}
	handles := make([]handle, len(s.tensors))
	for i, x := range s.tensors {
		handles[i], x.handle, x.scope = x.handle, nil, nil
	}
	s.tensors = nil
	C.tg_free(&handles[0], C.int64_t(len(handles)))
}

// Err returns the scope's first error, or nil.
func (s *Scope) Err() error { return s.err }

// Fail makes err the scope's error unless it has one or err is nil.
func (s *Scope) Fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// Run calls f with a new scope, on one thread of the operating system, and
// closes the scope, also when f panics. It returns the scope's error and f's,
// once where they are the same.
func Run(f func(*Scope) error) error { return run(false, f) }

// NoGrad is Run without the recording that Backward needs, on this goroutine
// until it returns.
func NoGrad(f func(*Scope) error) error { return run(true, f) }

func run(noGrad bool, f func(*Scope) error) error {
	if f == nil {
		return &Error{Op: "run", Message: "no function was given"}
	}
	if err := Open(); err != nil {
		return err
	}
	leave, err := enterThread(noGrad)
	if err != nil {
		return err
	}
	defer leave()
	s := NewScope()
	s.use.keepTo(thisThread())
	defer s.Close()
	return joined(f, s)
}

// enterThread holds the goroutine to its thread, whose state in libtorch it
// sets; leave restores both.
func enterThread(noGrad bool) (leave func(), err error) {
	runtime.LockOSThread()
	var previous C.bool
	if err := takeMessage(C.tg_enter_thread(&previous, C.bool(noGrad))); err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	return func() {
		C.tg_leave_thread(previous)
		runtime.UnlockOSThread()
	}, nil
}

// Within calls f with a scope of its own. The tensors that f returns, of those
// that it made, live on in s; all others that it made are freed at once, but
// for what a graph needs. A returned tensor of another scope stays that scope's.
func (s *Scope) Within(f func(*Scope) []*Tensor) []*Tensor {
	if f == nil {
		s.Fail(&Error{Op: "within", Message: "no function was given"})
		return nil
	}
	inner := NewScope()
	inner.use.keepTo(s.use.thread)
	defer inner.Close()
	inner.Fail(s.err)
	kept := f(inner)
	s.Fail(inner.err)
	for i, x := range kept {
		switch {
		case s.err != nil:
			kept[i] = inert
		case !x.exists() || x.scope == inner:
			kept[i] = x.MoveTo(s) // which fails where x does not exist
		}
	}
	return kept
}

// WithinNoGrad is Within without the recording that Backward needs.
func (s *Scope) WithinNoGrad(f func(*Scope) []*Tensor) []*Tensor {
	if s.err != nil { // libtorch may be what is missing
		return s.Within(f)
	}
	leave, err := enterThread(true)
	if err != nil {
		s.Fail(err)
		return s.Within(f)
	}
	defer leave()
	return s.Within(f)
}

func joined(f func(*Scope) error, s *Scope) error {
	err := f(s)
	switch {
	case err == nil:
		return s.err
	case s.err == nil || errors.Is(err, s.err):
		return err
	}
	return fmt.Errorf("%w; then %w", s.err, err)
}

// own makes the scope the owner of a new reference.
func (s *Scope) own(h handle) *Tensor {
	x := &Tensor{handle: h}
	s.adopt(x)
	return x
}

func (s *Scope) adopt(x *Tensor) {
	x.scope, x.place = s, len(s.tensors)
	s.tensors = append(s.tensors, x)
}

// release takes x out of the scope without freeing it.
func (s *Scope) release(x *Tensor) {
	last := len(s.tensors) - 1
	moved := s.tensors[last]
	s.tensors[x.place], moved.place = moved, x.place
	s.tensors[last] = nil
	s.tensors = s.tensors[:last]
	x.scope = nil
}

// ready reports whether op can run: no error so far, and inputs that exist.
func (s *Scope) ready(op string, inputs []*Tensor) bool {
	if s.err != nil {
		return false
	}
	if s.closed {
		s.err = &Error{Op: op, Message: "its scope is closed"}
		return false
	}
	for i, x := range inputs {
		if x == nil || (x.handle == nil && x != absent) {
			s.err = &Error{Op: op, Message: fmt.Sprintf("tensor %d of %d %s", i+1, len(inputs), x.absence())}
			return false
		}
	}
	return true
}

// do runs an operator without outputs.
func (s *Scope) do(op string, call func() *C.char, inputs ...*Tensor) {
	s.use.begin()
	defer s.use.end()
	if !s.ready(op, inputs) {
		return
	}
	if message := call(); message != nil {
		s.err = newError(op, capi.Message(message), inputs)
	}
}

// result runs an operator with one output.
func (s *Scope) result(op string, call func(out *handle) *C.char, inputs ...*Tensor) *Tensor {
	s.use.begin()
	defer s.use.end()
	if !s.ready(op, inputs) {
		return inert
	}
	if message := call(&s.out[0]); message != nil {
		s.err = newError(op, capi.Message(message), inputs)
		return inert
	}
	return s.own(s.out[0])
}

// Call runs an operator of a package below this one, which has entry points of
// its own: call gets the inputs' handles, of which none is nil, and fills in
// those of the outputs.
func (s *Scope) Call(op string, outputs int, call func(in, out []capi.Handle) capi.Message, inputs ...*Tensor) []*Tensor {
	s.use.begin()
	defer s.use.end()
	results := slices.Repeat([]*Tensor{inert}, outputs)
	if !s.ready(op, inputs) {
		return results
	}
	in, out := make([]capi.Handle, len(inputs)), make([]capi.Handle, outputs)
	for i, x := range inputs {
		in[i] = capi.Handle(x.handle)
	}
	if message := call(in, out); message != nil {
		s.err = newError(op, message, inputs)
		return results
	}
	for i, h := range out {
		results[i] = s.own(handle(h))
	}
	return results
}

// pair runs an operator with two outputs.
func (s *Scope) pair(op string, call func(out *handle) *C.char, inputs ...*Tensor) (*Tensor, *Tensor) {
	first := s.result(op, call, inputs...)
	if first == inert {
		return inert, inert
	}
	return first, s.own(s.out[1])
}

// message is a text of C's.
type message = C.char
