package captioner

import (
	"context"
	"errors"
	"runtime"
	"sync"
)

// inferenceThread runs functions one after another on one thread of its own.
// Libtorch keeps a pool of threads for each thread that calls it, so calls
// from many goroutines would otherwise crowd the processor with pools.
type inferenceThread struct {
	work chan func()
	quit chan struct{}
	once sync.Once
	done chan struct{}
}

// ErrClosed is the cause of what fails because the model is closed.
var ErrClosed = errors.New("the model is closed")

// newInferenceThread starts a thread, which calls setUp first unless that is nil.
func newInferenceThread(setUp func() error) *inferenceThread {
	t := &inferenceThread{work: make(chan func()), quit: make(chan struct{}), done: make(chan struct{})}
	go t.serve(setUp)
	return t
}

func (t *inferenceThread) serve(setUp func() error) {
	runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
	defer close(t.done)
	if setUp != nil && setUp() != nil {
		t.once.Do(func() { close(t.quit) })
		return
	}
	for {
		select {
		case f := <-t.work:
			f()
		case <-t.quit:
			return
		}
	}
}

// do runs f and waits for it. It returns an error, and does not run f, when
// ctx ends first or the thread is closed.
func (t *inferenceThread) do(ctx context.Context, f func()) error {
	ctx = orNever(ctx)
	finished := make(chan struct{})
	select {
	case <-t.quit:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	case t.work <- func() { defer close(finished); f() }:
	}
	<-finished
	return nil
}

func (t *inferenceThread) close() {
	t.once.Do(func() { close(t.quit) })
	<-t.done
}
