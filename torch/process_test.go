package torch

import (
	"strings"
	"syscall"
	"testing"

	"github.com/seetell/seetell/internal/memory"
)

func TestMemory(t *testing.T) {
	before := Memory(CPU)
	compute(t, func(s *Scope) {
		Zeros(s, Uint8, CPU, 64<<20).FillInPlace(s, 1)
	})
	after := Memory(CPU)
	if after.Peak < before.Allocated+50<<20 || after.Peak < after.Allocated {
		t.Errorf("before 64 MiB %+v, after %+v", before, after)
	}
	if after.Allocated <= 0 || after.Free <= 0 || after.Free > after.Total {
		t.Errorf("memory %+v", after)
	}
	// The allocator may keep what a tensor freed; a mapping goes for certain.
	mapping, err := syscall.Mmap(-1, 0, 128<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(mapping); i += 4096 {
		mapping[i] = 1
	}
	if err := syscall.Munmap(mapping); err != nil {
		t.Fatal(err)
	}
	after = Memory(CPU)
	if err := memory.ResetPeak(); err != nil {
		t.Logf("the system refuses to reset the peak: %v", err)
		return
	}
	if peak := Memory(CPU).Peak; peak > after.Peak-50<<20 {
		t.Errorf("the peak is %d after a reset, before %d", peak, after.Peak)
	}
}

func TestThreads(t *testing.T) {
	before := Threads()
	defer SetThreads(before)
	if err := SetThreads(1); err != nil || Threads() != 1 {
		t.Errorf("%d threads, %v", Threads(), err)
	}
	if err := SetThreads(0); err == nil || !strings.Contains(err.Error(), "0 threads") {
		t.Errorf("no threads at all: %v", err)
	}
	compute(t, func(*Scope) {
		if Threads() != 1 {
			t.Errorf("%d threads inside Run", Threads())
		}
	})
}
