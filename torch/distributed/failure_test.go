package distributed

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seetell/seetell/internal/testworld"
	"github.com/seetell/seetell/torch"
)

// die has the last rank end without a word while the others wait for it.
func die(w *World) error {
	if w.Rank() == w.Size()-1 {
		w.Barrier()
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	w.Barrier()
	began := time.Now()
	err := w.Barrier()
	if again := w.Barrier(); again == nil {
		return fmt.Errorf("a broken world works")
	}
	return fmt.Errorf("after %.1f s: %w", time.Since(began).Seconds(), err)
}

func TestAProcessDies(t *testing.T) {
	t.Parallel()
	for rank, text := range world(t, 3, "die")[:2] {
		var seconds float64
		if _, err := fmt.Sscanf(text, "after %f s", &seconds); err != nil || seconds > patient.Seconds()/2 || !strings.Contains(text, "rank 2 left") {
			t.Errorf("rank %d says %q, want that rank 2 left, and long before the timeout", rank, text)
		}
	}
}

// leave has the last rank, or for leave first the first, leave and say why.
func leave(w *World) error { return leaver(w, w.Size()-1) }

func leaveFirst(w *World) error { return leaver(w, 0) }

func leaver(w *World, rank int) error {
	if w.Rank() == rank {
		err := fmt.Errorf("picture 7 is not there")
		w.Note(err)
		return err
	}
	return w.Barrier()
}

func TestAProcessSaysWhyItLeaves(t *testing.T) {
	t.Parallel()
	for rank, text := range world(t, 3, "note")[:2] {
		if !strings.Contains(text, "rank 2 left: picture 7 is not there") {
			t.Errorf("rank %d says %q", rank, text)
		}
	}
	for rank, text := range world(t, 3, "note first")[1:] {
		if !strings.Contains(text, "rank 0 left: picture 7 is not there") {
			t.Errorf("rank %d says %q", rank+1, text)
		}
	}
}

// dieInBackward has the last rank end before the others' gradients are summed.
func dieInBackward(w *World) error {
	return w.Explain(torch.Run(func(s *torch.Scope) error {
		x := torch.Ones(s, torch.Float32, torch.CPU, 100).RequiresGrad(s, true)
		y := w.SumThrough(s, x).Sum(s)
		if w.Rank() == 2 {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		y.Backward(s)
		return nil
	}))
}

func TestAProcessDiesBeforeGradients(t *testing.T) {
	t.Parallel()
	for rank, text := range world(t, 3, "backward")[:2] {
		if !strings.HasPrefix(text, "rank 2 left") {
			t.Errorf("rank %d says %q, want that rank 2 left", rank, text)
		}
	}
}

// otherSizes has the last rank give a tensor of another size.
func otherSizes(w *World) error {
	return torch.Run(func(s *torch.Scope) error {
		w.Sum(s, torch.Ones(s, torch.Float32, torch.CPU, int64(100+100*(w.Rank()/2))))
		return nil
	})
}

// otherMethod has the last rank call another method.
func otherMethod(w *World) error {
	return torch.Run(func(s *torch.Scope) error {
		if x := torch.Ones(s, torch.Float32, torch.CPU, 100); w.Rank() == 2 {
			w.Broadcast(s, x)
		} else {
			w.Sum(s, x)
		}
		return nil
	})
}

// TestProcessesDiffer has processes do what Gloo would end them for.
func TestProcessesDiffer(t *testing.T) {
	t.Parallel()
	for task, want := range map[string]string{
		"sizes":   "rank 2 is about to sum 200 values",
		"methods": "rank 2 is about to broadcast 100 values",
	} {
		for rank, text := range world(t, 3, task) {
			if !strings.Contains(text, "the processes do not do the same: "+want) {
				t.Errorf("rank %d says %q, want %q", rank, text, want)
			}
		}
	}
}

// silent has the last rank do nothing until the test ends it.
func silent(w *World) error {
	if w.Rank() == w.Size()-1 {
		select {}
	}
	return w.Barrier()
}

func TestAProcessIsSilent(t *testing.T) {
	t.Parallel()
	members := testworld.World(t, 3, []string{taskVariable + "=silent"}, os.Args[0])
	for rank, text := range said(members[:2]) {
		if !strings.Contains(text, "rank 2 left") {
			t.Errorf("rank %d says %q, want that rank 2 left", rank, text)
		}
	}
	if err := members[2].Process.Kill(); err != nil {
		t.Error(err)
	}
	members[2].End()
}
