package sandbox

import (
	"math"

	"golang.org/x/sys/unix"

	"github.com/tetratelabs/wazero/experimental"
)

// memory is an instance's: a stretch of addresses, of which the system gives
// those that are touched, and takes all back in the end.
type memory struct {
	mapped  []byte
	refused bool // whether more was asked for
}

func newMemory(limit int64) (*memory, error) {
	mapped, err := unix.Mmap(-1, 0, int(min(limit, math.MaxUint32)), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	return &memory{mapped: mapped}, err
}

// Allocate is called once, for the only memory that the instance has.
func (m *memory) Allocate(_, _ uint64) experimental.LinearMemory { return m }

// Reallocate returns the memory at another size, or nil for one over the limit.
func (m *memory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.mapped)) {
		m.refused = true
		return nil
	}
	return m.mapped[:size]
}

// Free gives the memory back; nothing is left of it then.
func (m *memory) Free() {
	if m.mapped != nil {
		unix.Munmap(m.mapped)
		m.mapped = nil
	}
}
