package torch

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testshim"
)

// childTask names what a copy of the test program does instead of testing, in
// a process of its own where libraries can be opened anew.
const childTask = "SEETELL_TORCH_TEST_TASK"

func TestMain(m *testing.M) {
	switch os.Getenv(childTask) {
	case "open":
		fmt.Print(Open())
		return
	case "tune":
		TuneProcess()
		fmt.Print(Open())
		return
	case "memory", "tuned memory":
		fmt.Print(keptMemory(os.Getenv(childTask) == "tuned memory"))
		return
	case "mkl":
		fmt.Print(multiply())
		return
	case "cuda":
		fmt.Print(resolveCUDA())
		return
	}
	testshim.Use()
	CheckScopes(true)
	ParseDevice("auto") // before the first Backward
	code := m.Run()
	if live := Live(); live != 0 {
		fmt.Printf("%d tensors are not freed\n", live)
		code = 1
	}
	os.Exit(code)
}

// child runs a task with the given variables, and returns what it printed.
func child(t *testing.T, task string, environment ...string) string {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(append(os.Environ(), childTask+"="+task), environment...)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// compile makes a shared library of C sources of testdata.
func compile(t *testing.T, library string, arguments ...string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(library), 0o755); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("cc", append([]string{"-shared", "-fPIC", "-w", "-o", library}, arguments...)...)
	command.Dir = "testdata"
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// changed writes the header with one text replaced, and returns its path.
func changed(t *testing.T, path string, change [2]string) string {
	t.Helper()
	header, err := os.ReadFile("ctorch.h")
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(header), change[0], change[1], 1)
	if other == string(header) {
		t.Fatalf("the header has no %q", change[0])
	}
	write(t, path, other)
	return path
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	in := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	write(t, in("recorded", "lib", "libtorch_cpu.so"), "")
	write(t, in("recorded", "version.py"), "__version__ = '2.10.1+cpu'\n")
	write(t, in("broken", "lib", "libtorch_cpu.so"), "not a library")
	compile(t, in("other", "lib", "libtorch_cpu.so"), "other_libtorch.c")
	compile(t, in("old", "lib", "libtorch_cpu.so"), "-DOLD", "other_libtorch.c")
	compile(t, in("unrelated.so"), "other_libtorch.c")
	compile(t, in("other_shim.so"), "other_shim.c", "other_shim_version.c")
	compile(t, in("stale_shim.so"), "-DSTALE", "other_shim.c", "other_shim_version.c")
	compile(t, in("sizes_shim.so"), "-DSIZES", "other_shim.c", "other_shim_version.c")
	for name, change := range map[string][2]string{
		"order_shim.so":    {"double lr, beta1, beta2, eps, weight_decay;", "double weight_decay, beta1, beta2, eps, lr;"},
		"constant_shim.so": {"TG_FLOAT64, TG_INT64,", "TG_INT64, TG_FLOAT64,"},
	} {
		compile(t, in(name), "-DHEADER=\""+changed(t, in(name+".h"), change)+"\"", "other_shim.c", "other_shim_version.c")
	}
	for _, test := range []struct {
		name        string
		environment []string
		want        []string
	}{
		{"nowhere", []string{"LIBTORCH=" + in("nowhere")},
			[]string{"LIBTORCH " + in("nowhere") + ": no lib/libtorch_cpu.so there", "`make build`"}},
		{"another version, by its files", []string{"LIBTORCH=" + in("recorded")},
			[]string{"it is version 2.10.1+cpu, and 2.11 is needed"}},
		{"another version", []string{"LIBTORCH=" + in("other")}, []string{"it is version 2.10.0, and 2.11 is needed"}},
		{"too old to say", []string{"LIBTORCH=" + in("old")}, []string{"older than", "2.11 is needed"}},
		{"not a library", []string{"LIBTORCH=" + in("broken")}, []string{in("broken")}},
		{"not installed", []string{"LIBTORCH=", "XDG_CACHE_HOME=" + dir, "PATH="},
			[]string{"the user's cache " + in("seetell", "libtorch"), "python3's torch: not found"}},
		{"no shim", []string{"SEETELL_SHIM=" + in("none.so")}, []string{in("none.so"), "SEETELL_SHIM"}},
		{"not a shim", []string{"SEETELL_SHIM=" + in("unrelated.so")}, []string{"it has no tg_signature", "build it anew"}},
		{"a shim of another list", []string{"SEETELL_SHIM=" + in("stale_shim.so")},
			[]string{"it is of another seetell", "build it anew"}},
		{"a shim whose options are in another order", []string{"SEETELL_SHIM=" + in("order_shim.so")},
			[]string{"it is of another seetell"}},
		{"a shim whose constants are others", []string{"SEETELL_SHIM=" + in("constant_shim.so")},
			[]string{"it is of another seetell"}},
		{"a shim whose types are of other sizes", []string{"SEETELL_SHIM=" + in("sizes_shim.so")},
			[]string{"its types are of other sizes"}},
		{"a shim for another version", []string{"SEETELL_SHIM=" + in("other_shim.so")},
			[]string{"built for libtorch 2.10.0", "is 2.11.", "build it anew"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := child(t, "open", test.environment...)
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("got %q, want %q in it", got, want)
				}
			}
		})
	}
	if got := child(t, "open"); got != "<nil>" {
		t.Errorf("with nothing set: %s", got)
	}
}

// TestTuneProcess asks OpenMP itself how long its threads spin, and that Open
// alone does not change it.
func TestTuneProcess(t *testing.T) {
	for _, name := range []string{"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"} {
		t.Setenv(name, "") // to have it back afterwards
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name        string
		environment []string
		want        string
	}{
		{"nothing set", nil, "GOMP_SPINCOUNT = '10000'"},
		{"the user's count", []string{"GOMP_SPINCOUNT=77"}, "GOMP_SPINCOUNT = '77'"},
		{"the user's policy", []string{"OMP_WAIT_POLICY=PASSIVE"}, "GOMP_SPINCOUNT = '0'"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := child(t, "tune", append(test.environment, "OMP_DISPLAY_ENV=VERBOSE")...)
			if !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
		})
	}
	if got := child(t, "open", "OMP_DISPLAY_ENV=VERBOSE"); strings.Contains(got, "GOMP_SPINCOUNT = '10000'") {
		t.Errorf("Open changes the environment: %q", got)
	}
}

// keptMemory returns how many megabytes of eight tensors of 16 MB the process
// still holds when they are freed.
func keptMemory(tuned bool) int {
	if tuned {
		TuneProcess()
	}
	var before int
	err := NoGrad(func(s *Scope) error {
		Ones(s, Float32, CPU, 1)
		before = resident()
		for range 8 {
			Ones(s, Float32, CPU, 4<<20)
		}
		return s.Err()
	})
	if err != nil {
		return -1
	}
	return (resident() - before) * os.Getpagesize() >> 20
}

// resident returns how many pages of the process are in memory.
func resident() (pages int) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	_, _ = fmt.Sscan(string(text), new(int), &pages)
	return pages
}

// TestOpenLeavesMalloc sees freed memory go back to the system after Open alone,
// as in any program, and stay in one that asked for it.
func TestOpenLeavesMalloc(t *testing.T) {
	for task, keeps := range map[string]bool{"memory": false, "tuned memory": true} {
		var kept int
		if _, err := fmt.Sscan(child(t, task), &kept); err != nil {
			t.Fatal(err)
		}
		if kept < 0 || (kept > 64) != keeps { // of 128
			t.Errorf("%s: %d MB stay", task, kept)
		}
	}
}

// TestHardened runs a program linked and started with every symbol bound at
// once, which lazily bound libraries do not survive.
func TestHardened(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	build := exec.Command("go", "build", "-buildmode=pie", "-ldflags=-extldflags=-Wl,-z,now,-z,relro", "-o", program, "./testdata/program")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	run := exec.Command(program)
	run.Env = append(os.Environ(), "LD_BIND_NOW=1")
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"[3 3 3 3]", "matmul of (2, 3), (2, 3): "} {
		if !strings.Contains(string(out), want) {
			t.Errorf("got %q, want %q in it", out, want)
		}
	}
}
