package torch

// #include "ctorch.h"
import "C"

import (
	"errors"
	"fmt"
	"math"
	"runtime"

	"github.com/seetell/seetell/torch/internal/capi"
)

// Tasks are what threads that learn side by side, each from its part of a batch,
// do together: once for all of them what depends on their weights alone, and once
// the gradients of convolutions' weights, of all threads' parts. Nothing waits for
// these, so whoever is done first computes them, and threads end together although
// the processor's cores are not equally fast.
type Tasks struct{ handle *C.tg_tasks }

// NewTasks returns tasks for so many threads to share, none so far. Close frees
// them.
func NewTasks(threads int) (*Tasks, error) {
	if threads < 1 || threads > 1024 {
		return nil, fmt.Errorf("tasks: %d threads", threads)
	}
	if err := Open(); err != nil {
		return nil, err
	}
	t := new(Tasks)
	if err := takeMessage(C.tg_tasks_new(&t.handle, C.int32_t(threads))); err != nil {
		return nil, fmt.Errorf("tasks: %w", err)
	}
	return t, nil
}

// Do calls f as one of the threads, counted from 0, and then computes gradients
// that are left until the f of all of them has returned: each has to call Do, once.
// Gradients of f's backward passes are there when Do returns, and not before, so
// that f writes into nothing that they are computed from. They are the same to the
// last bit whoever computes them, of weights that have none before, that f uses
// once, and in no other way. Do's error is f's, or that of something left,
// whichever thread left it.
func (t *Tasks) Do(thread int, f func() error) (err error) {
	if t == nil || t.handle == nil {
		return errors.New("tasks: they are closed")
	}
	if f == nil {
		f = func() error { return nil }
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := takeMessage(C.tg_tasks_enter(t.handle, C.int32_t(min(max(thread, -1), math.MaxInt16)))); err != nil {
		return fmt.Errorf("tasks: %w", err)
	}
	defer func() {
		if left := C.tg_tasks_leave(t.handle); left != nil {
			err = errors.Join(err, newError("backward", capi.Message(left), nil))
		}
	}()
	return f()
}

// Close frees the tasks, which no thread is at. Closing nil or twice is harmless.
func (t *Tasks) Close() {
	if t == nil || t.handle == nil {
		return
	}
	C.tg_tasks_free(t.handle)
	t.handle = nil
}
