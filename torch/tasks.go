package torch

// #include "ctorch.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/seetell/seetell/torch/internal/capi"
)

// Tasks are what threads that go backward side by side leave to whoever of them
// is done first: gradients of convolutions' weights, which nothing else waits for.
// So the threads end together although the processor's cores are not equally fast.
type Tasks struct{ handle *C.tg_tasks }

// NewTasks returns tasks for threads to share, none so far. Close frees them.
func NewTasks() (*Tasks, error) {
	if err := Open(); err != nil {
		return nil, err
	}
	t := new(Tasks)
	if err := takeMessage(C.tg_tasks_new(&t.handle)); err != nil {
		return nil, fmt.Errorf("tasks: %w", err)
	}
	return t, nil
}

// Do calls f, and then does what is left within other threads' Do of the same
// tasks until the f of each has returned; no f waits for another's Do. Gradients
// of f's backward passes are there when Do returns, and not before, so that f
// writes into nothing that they are computed from. They are the same to the last
// bit whoever computes them where two threads, and no more, each use a weight
// once. Do's error is f's, or that of something left, whichever thread left it.
func (t *Tasks) Do(f func() error) (err error) {
	if t == nil || t.handle == nil {
		return errors.New("tasks: they are closed")
	}
	if f == nil {
		return nil
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := takeMessage(C.tg_tasks_enter(t.handle)); err != nil {
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
