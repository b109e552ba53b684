package captioner

import (
	"context"
	"errors"
	"runtime"
	"sync"
)

// owner runs functions one after another on one thread of its own. Libtorch
// keeps a pool of threads for each thread that calls it, so calls from many
// goroutines would otherwise crowd the processor with pools.
type owner struct {
	work chan func()
	quit chan struct{}
	once sync.Once
	done chan struct{}
}

var errClosed = errors.New("the model is closed")

func newOwner() *owner {
	o := &owner{work: make(chan func()), quit: make(chan struct{}), done: make(chan struct{})}
	go o.serve()
	return o
}

func (o *owner) serve() {
	runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
	defer close(o.done)
	for {
		select {
		case f := <-o.work:
			f()
		case <-o.quit:
			return
		}
	}
}

// do runs f and waits for it. It returns an error, and does not run f, when
// ctx ends first or the owner is closed.
func (o *owner) do(ctx context.Context, f func()) error {
	finished := make(chan struct{})
	select {
	case <-o.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	case o.work <- func() { defer close(finished); f() }:
	}
	<-finished
	return nil
}

func (o *owner) close() {
	o.once.Do(func() { close(o.quit) })
	<-o.done
}
