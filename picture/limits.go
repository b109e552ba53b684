package picture

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"github.com/seetell/seetell/internal/memory"
)

// Limits bounds what pictures may cost. What one costs is known from its
// header, before any memory is taken for it.
type Limits struct {
	MaxPixels int64 // of one picture
	Memory    int64 // bytes that the pictures being decoded take together
}

// DefaultLimits returns 200 million pixels, which is what telephones make, and
// a quarter of the memory that the machine and the cgroup let the process
// have, but no more than 512 MiB, or 64 MiB a processor if that is more.
func DefaultLimits() Limits {
	l := Limits{MaxPixels: 200_000_000, Memory: max(512<<20, int64(runtime.GOMAXPROCS(0))<<26)}
	if total := memory.Process().Total; total > 0 {
		l.Memory = min(l.Memory, total/4)
	}
	return l
}

// SetLimits sets the limits of the process, which all that is decoded from
// then on shares.
func SetLimits(l Limits) { shared.Store(newBudget(l)) }

// budget is the process's limits with what of them is in use.
type budget struct {
	Limits
	free  *semaphore.Weighted // of Memory
	files *semaphore.Weighted // of half of it, for the bytes of large files
}

var shared atomic.Pointer[budget]

func newBudget(l Limits) *budget {
	b := &budget{Limits: l, free: semaphore.NewWeighted(l.Memory)}
	b.files = semaphore.NewWeighted(b.half())
	return b
}

func (b *budget) half() int64 { return max(b.Memory/2, 1) }

func currentBudget() *budget {
	if b := shared.Load(); b != nil {
		return b
	}
	shared.CompareAndSwap(nil, newBudget(DefaultLimits()))
	return shared.Load()
}

// check refuses a picture that is over a limit by itself.
func (b *budget) check(h header) error {
	switch {
	case h.width <= 0 || h.height <= 0:
		return as(ErrDamaged, fmt.Errorf("the header states %d x %d pixels", h.width, h.height))
	case h.pixels() > b.MaxPixels:
		return &TooLargeError{Width: h.width, Height: h.height, Limits: b.Limits}
	case h.memory > b.Memory:
		return &TooLargeError{Width: h.width, Height: h.height, Memory: h.memory, Limits: b.Limits}
	}
	return nil
}

// large is how many bytes a picture has to take for its memory to be given
// back to the system before the next may have it.
const large = 64 << 20

// take waits until there is memory for a picture, first come, first served,
// and returns what gives it back.
func (b *budget) take(ctx context.Context, bytes int64) (giveBack func(), err error) {
	if err := b.free.Acquire(ctx, bytes); err != nil {
		return nil, err
	}
	return func() {
		if bytes >= large {
			debug.FreeOSMemory()
		}
		b.free.Release(bytes)
	}, nil
}
