package torch

import (
	"runtime"
	"testing"
)

// TestQuota: a process that may use fewer processors than there are takes as many
// threads, unless somebody has said how many.
func TestQuota(t *testing.T) {
	for _, test := range []struct {
		name                string
		allowed, processors int
		said                string
		want                int
	}{
		{"all", 8, 8, "", 0},
		{"a container with two", 2, 64, "", 2},
		{"OpenMP is told", 2, 64, "OMP_NUM_THREADS", 0},
		{"Go is told", 2, 64, "GOMAXPROCS", 0},
	} {
		variable := func(name string) string {
			if name == test.said {
				return "4"
			}
			return ""
		}
		if got := quota(test.allowed, test.processors, variable); got != test.want {
			t.Errorf("%s: %d threads, want %d", test.name, got, test.want)
		}
	}
}

// TestWorkAlone: a thread that works alone has one thread for its operators, in
// every scope, and others keep theirs.
func TestWorkAlone(t *testing.T) {
	before := Threads()
	defer func() {
		if err := SetThreads(before); err != nil {
			t.Error(err)
		}
	}()
	if err := SetThreads(3); err != nil {
		t.Fatal(err)
	}
	done := make(chan [2]int)
	go func() {
		runtime.LockOSThread() // and never unlocks: the thread ends with the goroutine
		if err := WorkAlone(); err != nil {
			t.Error(err)
		}
		counts := [2]int{Threads()}
		if err := Run(func(*Scope) error { counts[1] = Threads(); return nil }); err != nil {
			t.Error(err)
		}
		done <- counts
	}()
	if counts := <-done; counts != [2]int{1, 1} {
		t.Errorf("a thread alone has %d threads, and %d in a scope, want 1", counts[0], counts[1])
	}
	if err := Run(func(*Scope) error {
		if n := Threads(); n != 3 {
			t.Errorf("another has %d threads, want 3", n)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}
