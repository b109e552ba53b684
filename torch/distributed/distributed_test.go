package distributed

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seetell/seetell/internal/testworld"
	"github.com/seetell/seetell/torch"
)

// sums checks the collectives that a process of PyTorch takes part in.
func sums(w *World) error {
	total := float32(w.Size() * (w.Size() + 1) / 2)
	return torch.Run(func(s *torch.Scope) error {
		first := torch.Arange(s, 1000, torch.CPU).To(s, torch.Float32)
		x := first.MulScalar(s, float64(1-min(w.Rank(), 1)))
		w.Broadcast(s, x)
		y := torch.Arange(s, 3000, torch.CPU).To(s, torch.Float32).MulScalar(s, float64(w.Rank()+1))
		w.Sum(s, y)
		got := y.Float32s(s)
		if s.Err() == nil && (!slices.Equal(x.Float32s(s), first.Float32s(s)) || got[2999] != 2999*total) {
			return fmt.Errorf("rank %d: broadcast %v, sum %v", w.Rank(), x, y)
		}
		fmt.Println("agree")
		return nil
	})
}

// collectives prints, on every rank, values that must be the same on all.
func collectives(w *World) error {
	if err := sums(w); err != nil {
		return err
	}
	rank, total := float64(w.Rank()), float64(w.Size()*(w.Size()+1)/2)
	err := torch.Run(func(s *torch.Scope) error {
		// Many tensors of two types and an empty one, over several buckets.
		large := torch.Full(s, .1*(rank+1), torch.Float32, torch.CPU, 7<<20)
		small := torch.Full(s, rank+1, torch.Int64, torch.CPU, 3)
		row := torch.Full(s, rank+1, torch.Float32, torch.CPU, 4, 2).Transpose(s, 0, 1)
		w.Sum(s, large, row, small, torch.Zeros(s, torch.Float32, torch.CPU, 0))
		fmt.Println(large, small, row)
		if err := sumsWhereTheyLie(s, w); err != nil {
			return err
		}
		// Of f = (Σ_r x_r)² summed over the ranks, whose gradient is 2 · size · Σ x.
		x := torch.Full(s, rank+1, torch.Float64, torch.CPU, 2).RequiresGrad(s, true)
		y := w.SumThrough(s, x)
		y.Mul(s, y).Sum(s).Backward(s)
		if got := x.Grad(s).Float64s(s); s.Err() == nil && got[0] != 2*total*float64(w.Size()) {
			return fmt.Errorf("gradient %v, want %v", got, 2*total*float64(w.Size()))
		}
		return nil
	})
	if err != nil {
		return err
	}
	all, err := w.Gather(bytes.Repeat([]byte{byte('a' + w.Rank())}, w.Rank()))
	if err != nil {
		return err
	}
	if w.Rank() == 0 && string(bytes.Join(all, []byte("|"))) != [...]string{1: "", 2: "|b", 4: "|b|cc|ddd"}[w.Size()] {
		return fmt.Errorf("gathered %q", all)
	}
	shared, err := w.Share([]byte(fmt.Sprint("from rank ", w.Rank())))
	fmt.Println(string(shared), err)
	if err != nil || w.Size() == 1 {
		return err
	}
	return signals()
}

// sumsWhereTheyLie sums large tensors, which travel without being copied where
// their values lie close together, in whatever order.
func sumsWhereTheyLie(s *torch.Scope, w *World) error {
	const rows, columns = 1024, 2048
	counted := torch.Arange(s, rows*columns, torch.CPU).To(s, torch.Float32).Reshape(s, rows, columns)
	turned := counted.Transpose(s, 0, 1).MulScalar(s, float64(w.Rank()+1))
	half := counted.MulScalar(s, float64(w.Rank()+1)).Narrow(s, 1, 0, columns/2)
	w.Sum(s, turned, half)
	total := float32(w.Size() * (w.Size() + 1) / 2)
	last, end := turned.Float32s(s), half.Float32s(s)
	if s.Err() != nil {
		return s.Err()
	}
	if got, want := last[len(last)-1], total*(rows*columns-1); got != want {
		return fmt.Errorf("the last of a turned tensor is %v, want %v", got, want)
	}
	if got, want := last[1], total*columns; got != want {
		return fmt.Errorf("the second of a turned tensor is %v, want %v", got, want)
	}
	if got, want := end[len(end)-1], total*(rows*columns-columns/2-1); got != want {
		return fmt.Errorf("the last of half a tensor is %v, want %v", got, want)
	}
	return nil
}

// signals looks for threads of a world that a broken pipe would end: Go leaves
// its signal in threads that are not its own to the system.
func signals() error {
	paths, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil {
		return err
	}
	own := 0
	for _, path := range paths {
		text, _ := os.ReadFile(path) // threads end
		_, mask, _ := strings.Cut(string(text), "SigBlk:")
		blocked, err := strconv.ParseUint(strings.Fields(mask + " 0")[0], 16, 64)
		if err != nil {
			return err
		}
		if name, _, _ := strings.Cut(string(text), "\n"); blocked&(1<<(syscall.SIGPIPE-1)) != 0 {
			own++
		} else if strings.Contains(name, "pt_gloo") || strings.Contains(name, "pt_tcpstore") {
			return fmt.Errorf("%s does not block SIGPIPE", name)
		}
	}
	if own == 0 {
		return fmt.Errorf("no thread of %d blocks SIGPIPE", len(paths))
	}
	fmt.Println("all block SIGPIPE")
	return nil
}

// world runs a task in a world of processes and returns what each printed
// behind the line that says it has joined.
func world(t *testing.T, size int, task string) []string {
	t.Helper()
	return said(testworld.World(t, size, []string{taskVariable + "=" + task}, os.Args[0]))
}

// said waits for processes and returns what each printed once it had joined.
func said(members []*testworld.Member) []string {
	texts := make([]string, len(members))
	for rank, m := range members {
		text, _ := m.End() // some are to fail
		_, texts[rank], _ = strings.Cut(text, "joined\n")
		if texts[rank] == "" {
			texts[rank] = text + m.ProcessState.String()
		}
	}
	return texts
}

func TestCollectives(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 4} {
		said := world(t, size, "collectives")
		total := size * (size + 1) / 2
		for rank, text := range said {
			if text != said[0] {
				t.Errorf("rank %d of %d says %q, rank 0 %q", rank, size, text, said[0])
			}
			wants := []string{"agree\n", fmt.Sprintf("int64 (3) on cpu: %[1]d %[1]d %[1]d", total),
				fmt.Sprintf("float32 (2, 4) on cpu: %[1]d %[1]d", total), "from rank 0 <nil>"}
			if size > 1 {
				wants = append(wants, "all block SIGPIPE")
			}
			for _, want := range wants {
				if !strings.Contains(text, want) {
					t.Errorf("rank %d of %d says %q, want %q in it", rank, size, text, want)
				}
			}
		}
	}
}

func TestPyTorchInTheWorld(t *testing.T) {
	python := os.Getenv("SEETELL_TEST_PYTHON")
	if python == "" {
		t.Skip("needs SEETELL_TEST_PYTHON, a Python with PyTorch")
	}
	t.Parallel()
	port := testworld.FreePort(t)
	for rank, m := range []*testworld.Member{
		testworld.Start(t, append(testworld.Environment(0, 2, port), taskVariable+"=peer"), os.Args[0]),
		testworld.Start(t, testworld.Environment(1, 2, port), python, "testdata/peer.py"),
	} {
		if text, code := m.End(); code != 0 || !strings.Contains(text, "agree") {
			t.Errorf("rank %d: exit code %d, %s", rank, code, text)
		}
	}
}

// TestWhatSumsCost says how long the sums of a step take on this machine.
func TestWhatSumsCost(t *testing.T) {
	if !testworld.Long() {
		t.Skip("left to make test-world")
	}
	for _, size := range []int{2, 4} {
		t.Logf("%d processes: %s", size, world(t, size, "cost")[0])
	}
}

// cost says the median time, and the processor's in the mean, of the gradients'
// sum of the recipe best, 13.4 million weights in some forty tensors, and of the
// sum of a number.
func cost(w *World) error {
	gradients := append(slices.Repeat([]int64{2_360_000}, 5), slices.Repeat([]int64{500_000}, 3)...)
	gradients = append(gradients, slices.Repeat([]int64{4_000}, 32)...)
	return torch.Run(func(s *torch.Scope) error {
		for _, sizes := range [][]int64{gradients, {1}} {
			var all []*torch.Tensor
			for _, elements := range sizes {
				all = append(all, torch.Ones(s, torch.Float32, torch.CPU, elements))
			}
			w.Sum(s, all...) // the first takes memory
			const rounds = 21
			var times []time.Duration
			used := processorTime()
			for range rounds {
				begin := time.Now()
				w.Sum(s, all...)
				times = append(times, time.Since(begin))
			}
			used = (processorTime() - used) / rounds
			slices.Sort(times)
			fmt.Printf("%d tensors in %v, %v of processor; ", len(sizes), times[len(times)/2], used)
		}
		return nil
	})
}

func processorTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // which fails for nobody's
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// TestNoWorld holds a nil world to be one process.
func TestNoWorld(t *testing.T) {
	var w *World
	err := torch.Run(func(s *torch.Scope) error {
		x := torch.Ones(s, torch.Float32, torch.CPU, 2)
		w.Sum(s, x)
		w.Broadcast(s, x)
		if w.SumThrough(s, x) != x || x.Float32s(s)[0] != 1 {
			t.Errorf("x became %v", x)
		}
		return nil
	})
	all, err2 := w.Gather([]byte("mine"))
	shared, err3 := w.Share([]byte("mine"))
	if err != nil || err2 != nil || err3 != nil || w.Barrier() != nil || w.Err() != nil {
		t.Error(err, err2, err3)
	}
	if len(all) != 1 || string(all[0]) != "mine" || string(shared) != "mine" || w.Rank() != 0 || w.Size() != 1 {
		t.Errorf("gathered %q, shared %q", all, shared)
	}
	w.Note(os.ErrClosed)
	w.Leave()
}
