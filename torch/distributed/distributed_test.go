package distributed

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seetell/seetell/internal/testtensors"
	"github.com/seetell/seetell/internal/testworld"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/internal/capi"
)

// taskVariable names what a copy of the test program does instead of testing:
// it is one process of a world.
const taskVariable = "SEETELL_WORLD_TEST_TASK"

func TestMain(m *testing.M) {
	if task := os.Getenv(taskVariable); task == "nccl" {
		fmt.Print(resolveNCCL())
		return
	} else if task != "" {
		if err := process(task); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(testtensors.Run(m))
}

// process joins the world of the environment and does a task.
func process(task string) error {
	o, _, err := FromEnvironment()
	if err != nil {
		return err
	}
	o.Timeout, o.JoinTimeout = 20*time.Second, 20*time.Second
	switch task {
	case "peer":
		o.PyTorch = true
	case "alone":
		o.JoinTimeout = time.Second
	case "silent", "cut":
		o.Timeout = 2 * time.Second
	}
	torch.SetThreads(1)
	w, err := Join(o)
	if err != nil {
		return err
	}
	defer w.Leave()
	fmt.Println("joined")
	return map[string]func(*World) error{
		"collectives": collectives, "peer": sums, "die": die, "note": leave, "note first": leaveFirst, "silent": silent, "alone": die,
		"sizes": otherSizes, "methods": otherMethod, "backward": dieInBackward, "cut": cut, "signals": signals, "cost": cost,
	}[task](w)
}

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
	return err
}

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

// silent has the last rank stop for longer than the timeout.
func silent(w *World) error {
	if w.Rank() == w.Size()-1 {
		time.Sleep(15 * time.Second)
		return nil
	}
	return w.Barrier()
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

// freePort returns a port that nobody listened on just now.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// member is a process of a test's world.
type member struct {
	*exec.Cmd
	out bytes.Buffer
}

// start starts one process of a world.
func start(t *testing.T, rank, size, port int, name string, arguments ...string) *member {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	m := &member{Cmd: exec.CommandContext(ctx, name, arguments...)}
	m.Env = append(os.Environ(), fmt.Sprint("RANK=", rank), fmt.Sprint("WORLD_SIZE=", size), "MASTER_ADDR=127.0.0.1",
		fmt.Sprint("MASTER_PORT=", port), "OMP_NUM_THREADS=1")
	m.Stdout, m.Stderr = &m.out, &m.out
	if err := m.Start(); err != nil {
		t.Fatal(err)
	}
	return m
}

// world runs a task in a world of processes and returns what each printed
// behind the line that says it has joined.
func world(t *testing.T, size int, task string) []string {
	t.Helper()
	t.Setenv(taskVariable, task)
	port, members := freePort(t), make([]*member, size)
	for rank := range members {
		members[rank] = start(t, rank, size, port, os.Args[0])
	}
	said := make([]string, size)
	for rank, m := range members {
		_ = m.Wait() // some are to fail
		_, said[rank], _ = strings.Cut(m.out.String(), "joined\n")
		if said[rank] == "" {
			said[rank] = m.out.String() + m.ProcessState.String()
		}
	}
	return said
}

func TestCollectives(t *testing.T) {
	for _, size := range []int{1, 2, 4} {
		said := world(t, size, "collectives")
		total := size * (size + 1) / 2
		for rank, text := range said {
			if text != said[0] {
				t.Errorf("rank %d of %d says %q, rank 0 %q", rank, size, text, said[0])
			}
			for _, want := range []string{"agree\n", fmt.Sprintf("int64 (3) on cpu: %[1]d %[1]d %[1]d", total),
				fmt.Sprintf("float32 (2, 4) on cpu: %[1]d %[1]d", total), "from rank 0 <nil>"} {
				if !strings.Contains(text, want) {
					t.Errorf("rank %d of %d says %q, want %q in it", rank, size, text, want)
				}
			}
		}
	}
}

// TestThreadsOutliveClosedConnections looks at the signals that the world's own
// threads block: that of a broken pipe would end the process.
func TestThreadsOutliveClosedConnections(t *testing.T) {
	for rank, text := range world(t, 2, "signals") {
		if !strings.Contains(text, "all block SIGPIPE") {
			t.Errorf("rank %d: %s", rank, text)
		}
	}
}

// signals looks for threads of a world that a broken pipe would end.
func signals(w *World) error {
	if err := w.Barrier(); err != nil {
		return err
	}
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

// TestWhatSumsCost says how long the sums of a step take on this machine.
func TestWhatSumsCost(t *testing.T) {
	if !testworld.Long() {
		t.Skip("left to make test-world")
	}
	for _, size := range []int{2, 4} {
		t.Logf("%d processes: %s", size, world(t, size, "cost")[0])
	}
}

// cost says the median time of the gradients' sum of the recipe best, 13.4
// million weights, and of the sum of a number.
func cost(w *World) error {
	return torch.Run(func(s *torch.Scope) error {
		for _, elements := range []int64{13_430_000, 1} {
			x := torch.Ones(s, torch.Float32, torch.CPU, elements)
			var times []time.Duration
			for range 21 {
				begin := time.Now()
				w.Sum(s, x)
				times = append(times, time.Since(begin))
			}
			slices.Sort(times)
			fmt.Printf("%d values in %v ", elements, times[len(times)/2])
		}
		return nil
	})
}

// TestSlurm meets as Slurm's variables say.
func TestSlurm(t *testing.T) {
	job := strconv.Itoa(freePort(t) % 20000)
	var members []*testworld.Member
	for rank := range 2 {
		members = append(members, testworld.Start(t, []string{
			taskVariable + "=collectives", fmt.Sprint("SLURM_PROCID=", rank), "SLURM_NTASKS=2", fmt.Sprint("SLURM_LOCALID=", rank),
			"SLURM_JOB_ID=" + job, "SLURM_JOB_NODELIST=127.0.0.1", "OMP_NUM_THREADS=1",
		}, os.Args[0]))
	}
	for rank, m := range members {
		if text, code := m.End(); code != 0 || !strings.Contains(text, "agree") {
			t.Errorf("rank %d: exit code %d, %s", rank, code, text)
		}
	}
}

func TestPyTorchInTheWorld(t *testing.T) {
	python := os.Getenv("SEETELL_TEST_PYTHON")
	if python == "" {
		t.Skip("needs SEETELL_TEST_PYTHON, a Python with PyTorch")
	}
	t.Setenv(taskVariable, "peer")
	port := freePort(t)
	members := []*member{start(t, 0, 2, port, os.Args[0]), start(t, 1, 2, port, python, "testdata/peer.py")}
	for rank, m := range members {
		if err := m.Wait(); err != nil || !strings.Contains(m.out.String(), "agree") {
			t.Errorf("rank %d: %v, %s", rank, err, &m.out)
		}
	}
}

func TestAProcessDies(t *testing.T) {
	for rank, text := range world(t, 3, "die")[:2] {
		var seconds float64
		if _, err := fmt.Sscanf(text, "after %f s", &seconds); err != nil || seconds > 2 || !strings.Contains(text, "rank 2 left") {
			t.Errorf("rank %d says %q, want that rank 2 left, within 2 s", rank, text)
		}
	}
}

func TestAProcessSaysWhyItLeaves(t *testing.T) {
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

func TestAProcessDiesBeforeGradients(t *testing.T) {
	for rank, text := range world(t, 3, "backward")[:2] {
		if !strings.HasPrefix(text, "rank 2 left") {
			t.Errorf("rank %d says %q, want that rank 2 left", rank, text)
		}
	}
}

// TestProcessesDiffer has processes do what Gloo would end them for.
func TestProcessesDiffer(t *testing.T) {
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

func TestAProcessIsSilent(t *testing.T) {
	for rank, text := range world(t, 3, "silent")[:2] {
		if !strings.Contains(text, "rank 2 left") {
			t.Errorf("rank %d says %q, want that rank 2 left", rank, text)
		}
	}
}

func TestNobodyElseComes(t *testing.T) {
	t.Setenv(taskVariable, "alone")
	m := start(t, 0, 2, freePort(t), os.Args[0])
	if err := m.Wait(); err == nil || !strings.Contains(m.out.String(), "1 of 2 processes came within 1 s") {
		t.Errorf("%v, %s", err, &m.out)
	}
}

func TestPortInUse(t *testing.T) {
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	t.Setenv(taskVariable, "alone")
	port := listener.Addr().(*net.TCPAddr).Port
	m := start(t, 0, 2, port, os.Args[0])
	if err := m.Wait(); err == nil || !strings.Contains(m.out.String(), fmt.Sprintf("port %d is in use", port)) {
		t.Errorf("%v, %s", err, &m.out)
	}
}

// resolveNCCL opens libtorch's CUDA library and the entry points of NCCL, for
// which no GPU is needed.
func resolveNCCL() error {
	if err := torch.Open(); err != nil {
		return err
	}
	if err := capi.Open(filepath.Join(torch.Location(), "lib", "libtorch_cuda.so")); err != nil {
		return fmt.Errorf("libtorch's CUDA library cannot be opened: %w", err)
	}
	return loadNCCL()
}

func TestNCCLResolves(t *testing.T) {
	m := testworld.Start(t, []string{taskVariable + "=nccl", "LD_BIND_NOW=1"}, os.Args[0])
	out, _ := m.End()
	for _, absent := range []string{"libtorch's CUDA library cannot be opened", "libseetell_cuda.so is not there"} {
		if strings.Contains(out, absent) {
			t.Skip("needs CUDA's libraries and shim (make CUDA=1 build): ", out)
		}
	}
	if out != "<nil>" {
		t.Error(out)
	}
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

func TestEnvironment(t *testing.T) {
	for _, test := range []struct {
		name     string
		env      string
		want     Options
		launched bool
		wrong    string
	}{
		{"none", "", Options{}, false, ""},
		{"torchrun", "RANK=3 LOCAL_RANK=1 WORLD_SIZE=4 MASTER_ADDR=10.0.0.1 MASTER_PORT=29400 TORCHELASTIC_USE_AGENT_STORE=True",
			Options{Host: "10.0.0.1", Port: 29400, Rank: 3, Size: 4, LocalRank: 1, Launcher: true}, true, ""},
		{"by hand", "RANK=0 WORLD_SIZE=2 MASTER_ADDR=localhost MASTER_PORT=5",
			Options{Host: "localhost", Port: 5, Size: 2}, true, ""},
		{"Slurm", "SLURM_PROCID=5 SLURM_NTASKS=8 SLURM_LOCALID=1 SLURM_JOB_ID=1234567 SLURM_JOB_NODELIST=gpu[07-09,12],x1",
			Options{Host: "gpu07", Port: 34567, Rank: 5, Size: 8, LocalRank: 1}, true, ""},
		{"Slurm's one task", "SLURM_PROCID=0 SLURM_NTASKS=1", Options{}, false, ""},
		{"no master", "RANK=0 WORLD_SIZE=2 MASTER_PORT=5", Options{}, true, "MASTER_ADDR is empty"},
		{"no port", "RANK=0 WORLD_SIZE=2 MASTER_ADDR=a", Options{}, true, "MASTER_PORT is 1 to 65535"},
		{"no number", "RANK=x WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=5", Options{}, true, `RANK is "x", and no number`},
		{"too large", "RANK=2 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=5", Options{}, true, "process 2 of 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			set := map[string]string{}
			for _, pair := range strings.Fields(test.env) {
				name, value, _ := strings.Cut(pair, "=")
				set[name] = value
			}
			got, launched, err := fromEnvironment(func(name string) string { return set[name] })
			if launched != test.launched {
				t.Errorf("launched: %v", launched)
			}
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) {
					t.Errorf("the error is %v, want %q in it", err, test.wrong)
				}
				return
			}
			if err != nil || got != test.want {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}
