package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seetell/seetell/internal/testmodel"
	"github.com/seetell/seetell/internal/testrun"
	"github.com/seetell/seetell/internal/testworld"
	"github.com/seetell/seetell/torch/distributed"
)

// longer are flags of a training of some seconds, of which the first epochs
// learn words and the last from drawn captions.
var longer = []string{"--epochs", "3", "--self-critical", "1", "--checkpoint-every", "3"}

var (
	wholeOnce sync.Once
	whole     map[string]string
)

// wholeWorld returns what two processes leave that nobody stops.
func wholeWorld(t *testing.T) map[string]string {
	t.Helper()
	wholeOnce.Do(func() { whole = leftBy(t, longer) })
	return whole
}

// leftBy returns what two processes leave that nobody stops, with more flags.
func leftBy(t *testing.T, more []string) map[string]string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "whole")
	allEnded(t, 0, testworld.World(t, 2, nil, must(t, plain), training(out, more...)...))
	return testrun.Contents(t, out)
}

// worldTraining starts a training by two processes.
func worldTraining(t *testing.T, out string) []*testworld.Member {
	t.Helper()
	return testworld.World(t, 2, nil, must(t, plain), training(out, longer...)...)
}

// allEnded waits for processes and wants an exit code of all.
func allEnded(t *testing.T, want int, members []*testworld.Member) (texts []string) {
	t.Helper()
	for rank, m := range members {
		text, code := m.End()
		if code != want {
			t.Fatalf("rank %d: exit code %d, want %d: %s", rank, code, want, text)
		}
		texts = append(texts, text)
	}
	return texts
}

// lastSaved returns when a training saved last; the zero time for never.
func lastSaved(out string) time.Time {
	info, err := os.Stat(filepath.Join(out, "last.resume.safetensors"))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// saved waits until a process has saved something.
func saved(t *testing.T, out string, m *testworld.Member) {
	t.Helper()
	if !m.Until(func() bool { return !lastSaved(out).IsZero() }) {
		text, _ := m.End()
		t.Fatalf("nothing is saved: %s", text)
	}
}

// TestAProcessIsKilled ends one of two processes, again and again later: the
// other ends within seconds and says so, and the run goes on to the same bytes.
func TestAProcessIsKilled(t *testing.T) {
	want, kills, late := wholeWorld(t), 2, 0
	if testworld.Long() {
		kills = 20
	}
	for i := range kills {
		out, rank := filepath.Join(t.TempDir(), fmt.Sprint(i)), i%2
		members := worldTraining(t, out)
		saved(t, out, members[0])
		time.Sleep(time.Duration(i) * 50 * time.Millisecond)
		if err := members[rank].Process.Kill(); err != nil {
			t.Logf("kill %d came late", i)
		}
		begin := time.Now()
		text, code := members[1-rank].End()
		took := time.Since(begin)
		if _, killed := members[rank].End(); killed != -1 {
			continue // it was done before
		}
		if code != exitFailed || !strings.Contains(text, fmt.Sprintf("rank %d left", rank)) || !strings.Contains(text, "--resume goes on") {
			t.Errorf("rank %d: exit code %d, want %d and that rank %d left: %s", 1-rank, code, exitFailed, rank, text)
		}
		if took > 5*time.Second {
			late++
		}
		t.Logf("rank %d killed: the other ended after %v", rank, took)
		testrun.Contents(t, out) // each file is whole
		allEnded(t, 0, worldTraining(t, out))
		testrun.Same(t, testrun.Contents(t, out), want)
		if err := os.RemoveAll(out); err != nil { // twenty would fill the memory where they may lie
			t.Error(err)
		}
	}
	if late > kills/2 { // and not for other work of the machine
		t.Errorf("%d of %d times the other took more than 5 s to end", late, kills)
	}
}

// TestProcessesStopTogether asks one of two processes to stop.
func TestProcessesStopTogether(t *testing.T) {
	want := wholeWorld(t)
	for rank, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		if rank > 0 && !testworld.Long() {
			break
		}
		out := filepath.Join(t.TempDir(), "run")
		members := worldTraining(t, out)
		saved(t, out, members[0])
		if err := members[rank].Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		var step string
		for _, text := range allEnded(t, exitInterrupted, members) {
			_, after, found := strings.Cut(text, "interrupted after step ")
			now, _, _ := strings.Cut(after, ";")
			if !found || step != "" && now != step {
				t.Errorf("stopped after step %q and %q: %s", step, now, text)
			}
			step = now
		}
		allEnded(t, 0, worldTraining(t, out))
		testrun.Same(t, testrun.Contents(t, out), want)
	}
}

// TestAProcessWaitsForNobody asks the first of two processes to stop, of which the
// other does not come.
func TestAProcessWaitsForNobody(t *testing.T) {
	port := testworld.FreePort(t)
	m := testworld.Start(t, testworld.Environment(0, 2, port), must(t, plain), training(filepath.Join(t.TempDir(), "run"))...)
	m.Until(func() bool {
		connection, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		return err == nil && connection.Close() == nil
	})
	if err := m.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if text, code := m.End(); code != exitInterrupted || !strings.Contains(text, "stopped while it waited for 2 processes") || strings.Contains(text, "context") {
		t.Errorf("exit code %d, want %d: %s", code, exitInterrupted, text)
	}
}

// TestTorchrunStartsAgain kills a process under torchrun, which starts both
// again, ten times: each time the training goes on by itself.
func TestTorchrunStartsAgain(t *testing.T) {
	python := os.Getenv("SEETELL_TEST_PYTHON")
	if python == "" {
		t.Skip("needs SEETELL_TEST_PYTHON, a Python with PyTorch")
	}
	if !testworld.Long() {
		t.Skip("left to make test-world")
	}
	const kills = 10
	more := append(strings.Fields("--epochs 24"), longer[2:]...)
	out, want := filepath.Join(t.TempDir(), "run"), leftBy(t, more)
	arguments := append(strings.Fields("-m torch.distributed.run --standalone --nproc-per-node 2 --monitor-interval 0.1"+
		" --rdzv-conf keep_alive_max_attempt=1000 --no-python"), "--log-dir", t.TempDir(), "--max-restarts", strconv.Itoa(kills), must(t, plain))
	torchrun := testworld.Start(t, nil, python, append(arguments, training(out, more...)...)...)
	for i := range kills {
		pid := 0
		torchrun.Until(func() bool {
			pid = child(t, torchrun.Process.Pid, "RANK="+strconv.Itoa(i%2), "TORCHELASTIC_RESTART_COUNT="+strconv.Itoa(i))
			return pid != 0
		})
		before := lastSaved(out)
		if pid == 0 || !torchrun.Until(func() bool { return !lastSaved(out).Equal(before) }) || syscall.Kill(pid, syscall.SIGKILL) != nil {
			text, code := torchrun.End()
			t.Fatalf("ended behind %d kills with exit code %d: %s", i, code, text)
		}
	}
	text, code := torchrun.End()
	if code != 0 || strings.Count(text, " left") < kills {
		t.Fatalf("exit code %d, want 0 and %d times who left: %s", code, kills, text)
	}
	testrun.Same(t, testrun.Contents(t, out), want)
}

// child returns a child of a process that has variables, or 0.
func child(t *testing.T, parent int, variables ...string) int {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		stat, _ := os.ReadFile(path) // processes end
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) < 2 || fields[0] == "Z" || fields[1] != strconv.Itoa(parent) {
			continue
		}
		environment, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "environ"))
		has := func(variable string) bool { return bytes.Contains(environment, []byte("\x00"+variable+"\x00")) }
		if slices.IndexFunc(variables, func(v string) bool { return !has(v) }) >= 0 {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			t.Fatal(err)
		}
		return pid
	}
	return 0
}

// TestAProcessHangs stops one of two for longer than the others wait.
func TestAProcessHangs(t *testing.T) {
	if !testworld.Long() {
		t.Skip("left to make test-world")
	}
	out := filepath.Join(t.TempDir(), "run")
	members := testworld.World(t, 2, []string{"SEETELL_WORLD_TIMEOUT=30s"}, must(t, plain), training(out, longer...)...)
	saved(t, out, members[0])
	if err := members[1].Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	text, code := members[0].End()
	if took := time.Since(begin); code != exitFailed || !strings.Contains(text, "rank 1 left") || took < 10*time.Second {
		t.Errorf("exit code %d after %v, want %d after some 30 s and that rank 1 left: %s", code, took, exitFailed, text)
	}
	_ = members[1].Process.Kill()
	members[1].End()
}

// TestWorldsThatCannotBegin wants one clear line.
func TestWorldsThatCannotBegin(t *testing.T) {
	for _, test := range []struct {
		name, want string
		code       int
		start      func(out string) []*testworld.Member
	}{
		{"a process is missing", "1 of 2 processes came within 4 s", exitFailed, func(out string) []*testworld.Member {
			environment := append(testworld.Environment(0, 2, testworld.FreePort(t)), "SEETELL_WORLD_TIMEOUT=8s")
			return []*testworld.Member{testworld.Start(t, environment, must(t, plain), training(out)...)}
		}},
		{"a batch smaller than the world", "2 processes share it", exitUsage, func(out string) []*testworld.Member {
			return testworld.World(t, 2, nil, must(t, plain), training(out, "--batch", "1")...)
		}},
		{"more processes than pictures in a batch", "--processes 5: a batch of 4 has no picture for some", exitUsage, func(out string) []*testworld.Member {
			return []*testworld.Member{testworld.Start(t, nil, must(t, plain), training(out, "--processes", "5")...)}
		}},
		{"other settings", "rank 1 does not fit rank 0: encoder learning rate is 0.025 there", exitFailed, func(out string) []*testworld.Member {
			return differing(t, training(out), must(t, plain), training(out, "--learning-rate", ".5"))
		}},
		{"other data", "rank 1 does not fit rank 0: the data's fingerprint is", exitFailed, func(out string) []*testworld.Member {
			return differing(t, training(out), must(t, plain), training(out, "--data", captioned(t)))
		}},
		{"another build", "rank 1 does not fit rank 0: the program is", exitFailed, func(out string) []*testworld.Member {
			return differing(t, training(out), must(t, hardened), training(out))
		}},
		{"a folder that holds a run", "holds a run already", exitFailed, func(out string) []*testworld.Member {
			args := training(out)
			if text, code := execute(t, nil, must(t, plain), append(args, "--epochs", "1", "--self-critical", "0")...); code != 0 {
				t.Fatal(text)
			}
			return testworld.World(t, 2, nil, must(t, plain), args...)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, text := range allEnded(t, test.code, test.start(filepath.Join(t.TempDir(), "run"))) {
				if !strings.Contains(text, test.want) {
					t.Errorf("%q, want %q in it", text, test.want)
				}
			}
		})
	}
}

// differing starts two processes with arguments, and perhaps a program, of their
// own.
func differing(t *testing.T, first []string, program string, second []string) []*testworld.Member {
	t.Helper()
	port := testworld.FreePort(t)
	return []*testworld.Member{
		testworld.Start(t, testworld.Environment(0, 2, port), must(t, plain), first...),
		testworld.Start(t, testworld.Environment(1, 2, port), program, second...),
	}
}

// captioned returns a captions file of some pictures in three splits.
func captioned(t *testing.T) string {
	t.Helper()
	_, photo := testmodel.Files(t)
	data, err := os.ReadFile(photo)
	if err != nil {
		t.Fatal(err)
	}
	dir, captions := t.TempDir(), "image,caption\n"
	for i := range 60 { // of which each split gets some
		name := fmt.Sprintf("%d%s", i, filepath.Ext(photo))
		if err := os.WriteFile(filepath.Join(dir, name), append(data, byte(i)), 0o600); err != nil {
			t.Fatal(err)
		}
		captions += name + ",a thing in the sea\n"
	}
	path := filepath.Join(dir, "captions.txt")
	if err := os.WriteFile(path, []byte(captions), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestProcessesFlag starts processes without a launcher: the same bytes as with
// one.
func TestProcessesFlag(t *testing.T) {
	want := wholeWorld(t)
	out := filepath.Join(t.TempDir(), "run")
	if text, code := execute(t, nil, must(t, plain), training(out, append(longer, "--processes", "2")...)...); code != 0 {
		t.Fatalf("exit code %d: %s", code, text)
	}
	testrun.Same(t, testrun.Contents(t, out), want)

	out = filepath.Join(t.TempDir(), "stopped")
	parent := testworld.Start(t, nil, must(t, plain), training(out, append(longer, "--processes", "2")...)...)
	saved(t, out, parent)
	if err := parent.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if text, code := parent.End(); code != exitInterrupted || !strings.Contains(text, "interrupted after step") {
		t.Errorf("exit code %d, want %d: %s", code, exitInterrupted, text)
	}
}

// TestTwoMachines has two names of machines stand for two: gradients travel while
// others are computed, and the same bytes come of it.
func TestTwoMachines(t *testing.T) {
	if out, err := exec.Command("unshare", "--uts", "true").CombinedOutput(); err != nil {
		t.Skipf("needs to name a machine: %v: %s", err, out)
	}
	want, out, port := wholeWorld(t), filepath.Join(t.TempDir(), "run"), testworld.FreePort(t)
	named := append([]string{"--uts", "sh", "-c", `hostname another && exec "$0" "$@"`, must(t, plain)}, training(out, longer...)...)
	allEnded(t, 0, []*testworld.Member{
		testworld.Start(t, testworld.Environment(0, 2, port), must(t, plain), training(out, longer...)...),
		testworld.Start(t, testworld.Environment(1, 2, port), "unshare", named...),
	})
	testrun.Same(t, testrun.Contents(t, out), want)
}

// TestOwnDevice gives processes of a machine with GPUs one each.
func TestOwnDevice(t *testing.T) {
	for _, test := range []struct {
		name, device, slurm string
		local, count        int
		want                string // "" for an error
	}{
		{"no GPU", "auto", "", 1, 0, "auto"},
		{"a GPU for each", "auto", "", 1, 2, "cuda:1"},
		{"asked for CUDA", "cuda", "", 3, 4, "cuda:3"},
		{"one for two", "auto", "", 1, 1, ""},
		{"named", "cuda:0", "", 1, 1, "cuda:0"},
		{"Slurm shows each its own", "auto", "1", 1, 1, "cuda:0"},
		{"Slurm shows all", "auto", "1", 1, 2, "cuda:1"},
	} {
		t.Setenv("SLURM_GPUS_PER_TASK", test.slurm)
		got, err := ownDevice(test.device, distributed.Options{LocalRank: test.local}, test.count)
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%s: %q, %v, want %q", test.name, got, err, test.want)
		}
	}
}

// TestCaptionTogether holds the captions that two processes write to one's.
func TestCaptionTogether(t *testing.T) {
	model, photo := testmodel.Files(t)
	data, err := os.ReadFile(photo)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var list strings.Builder
	for i := range 37 { // of three sixteens, in two rounds
		path := filepath.Join(dir, fmt.Sprintf("%02d%s", i, filepath.Ext(photo)))
		if i != 13 { // which is not there
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprintln(&list, path)
	}
	paths := filepath.Join(dir, "list.txt")
	if err := os.WriteFile(paths, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"text", "json", "csv"} {
		var files [2]string
		for processes := range files {
			out := filepath.Join(dir, fmt.Sprint(format, processes))
			args := strings.Fields("caption --device cpu --beam 2 --model " + model + " --list " + paths + " --format " + format + " --out " + out)
			text, code := execute(t, []string{"OMP_NUM_THREADS=1"}, must(t, plain), append(args, "--processes", fmt.Sprint(processes+1))...)
			if code != exitFailed || !strings.Contains(text, "1 of 37 pictures could not be described") {
				t.Fatalf("exit code %d: %s", code, text)
			}
			written, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			files[processes] = string(written)
		}
		if files[0] != files[1] || len(files[0]) < 400 {
			t.Errorf("two processes write %q, one %q", files[1], files[0])
		}
	}
}

// TestTooManyProcesses are not started, and a time below 0 is not waited.
func TestTooManyProcesses(t *testing.T) {
	for _, flag := range [][2]string{{"--processes", "100000"}, {"--processes", "-1"}, {"--world-timeout", "-1s"}} {
		var messages bytes.Buffer
		code := run([]string{"seetell", "caption", "--model", "none.safetensors", flag[0], flag[1], "a.jpg"}, io.Discard, &messages)
		if want := "seetell: " + flag[0] + " " + flag[1] + ": give"; code != exitUsage || !strings.HasPrefix(messages.String(), want) {
			t.Errorf("exit code %d, %q; want %d and %q", code, messages.String(), exitUsage, want)
		}
	}
}
