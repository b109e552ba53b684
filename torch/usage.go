package torch

import (
	"sync/atomic"
	"syscall"
)

// checking is whether scopes watch who uses them.
var checking atomic.Bool

// CheckScopes has scopes watch, or no longer watch, that no two goroutines use
// one at a time, and that a scope of Run is used by its goroutine alone. Who
// does so panics, before it can do harm. Tests switch it on; it costs an
// operator some hundred nanoseconds.
func CheckScopes(on bool) { checking.Store(on) }

// usage watches who uses a scope.
type usage struct {
	thread int // of Run, which holds its goroutine to one; 0 for any
	busy   atomic.Bool
}

// keepTo has a thread use the scope alone.
func (u *usage) keepTo(thread int) { u.thread = thread }

// begin and end enclose what reads or writes the scope.
func (u *usage) begin() {
	if !checking.Load() {
		return
	}
	if u.thread != 0 && u.thread != syscall.Gettid() {
		panic("torch: a scope of Run is used by a goroutine that is not Run's: each goroutine opens its own")
	}
	if u.busy.Swap(true) {
		panic("torch: two goroutines use a scope at the same time: each opens its own")
	}
}

func (u *usage) end() {
	if checking.Load() {
		u.busy.Store(false)
	}
}

// thisThread returns the number of the thread, or 0 where nothing is watched.
func thisThread() int {
	if !checking.Load() {
		return 0
	}
	return syscall.Gettid()
}
