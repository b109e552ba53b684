package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seetell/seetell/internal/testmodel"
	"github.com/seetell/seetell/internal/testrun"
	"github.com/seetell/seetell/internal/testtensors"
)

// programs is the folder of the programs that the tests build.
var programs string

func TestMain(m *testing.M) {
	var err error
	if programs, err = os.MkdirTemp("", "seetell"); err != nil {
		panic(err)
	}
	testrun.InMemory() // where programs may not run
	code := testtensors.Run(m)
	os.RemoveAll(programs)
	os.Exit(code)
}

// plain and hardened are the program as `make build` makes it and as a
// position-independent executable, each built once.
var (
	plain    = sync.OnceValues(func() (string, error) { return build("plain") })
	hardened = sync.OnceValues(func() (string, error) { return build("hardened", "-buildmode=pie") })
)

func build(name string, flags ...string) (string, error) {
	path := filepath.Join(programs, name)
	out, err := exec.Command("go", append(append([]string{"build"}, flags...), "-o", path, ".")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}

// must returns a built program.
func must(t *testing.T, program func() (string, error)) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// execute runs the program and returns its output and exit code.
func execute(t *testing.T, environment []string, program string, args ...string) (string, int) {
	t.Helper()
	command := exec.Command(program, args...)
	command.Env = append(os.Environ(), environment...)
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), command.ProcessState.ExitCode()
}

// Hardened builds resolve every symbol at the start, when libtorch is not yet
// in the process.
func TestHardenedBuilds(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	for name, program := range map[string]func() (string, error){"plain": plain, "position independent": hardened} {
		t.Run(name, func(t *testing.T) {
			program := must(t, program)
			out, code := execute(t, []string{"LD_BIND_NOW=1"}, program, "caption", "--device", "cpu", "--model", checkpoint, photo)
			if code != 0 || !strings.HasPrefix(out, photo+"\t") {
				t.Errorf("exit code %d and %q, want a caption", code, out)
			}
			out, code = execute(t, []string{"LD_BIND_NOW=1", "LIBTORCH=" + t.TempDir()}, program, "caption", "--model", checkpoint, photo)
			if code != exitFailed || !strings.Contains(out, "pip install torch==2.11.0") {
				t.Errorf("without libtorch: exit code %d and %q, want %d and where it was looked for", code, out, exitFailed)
			}
		})
	}
}

func TestDoctor(t *testing.T) {
	program := must(t, plain)
	out, code := execute(t, nil, program, "doctor")
	if code != 0 || !strings.Contains(out, "libseetell_torch.so") || !strings.Contains(out, "precision auto is") {
		t.Errorf("exit code %d and %q, want 0, the library and the precision", code, out)
	}
	out, code = execute(t, []string{"LIBTORCH=" + t.TempDir()}, program, "doctor")
	if code != exitFailed || !strings.Contains(out, "cmd/setup@latest") || !strings.Contains(out, "memory") {
		t.Errorf("without libtorch: exit code %d and %q, want %d, what to do, and the rest", code, out, exitFailed)
	}
}

// TestHelpOpensNoLibtorch, which would take some tenths of a second.
func TestHelpOpensNoLibtorch(t *testing.T) {
	if out, code := execute(t, []string{"LIBTORCH=" + t.TempDir()}, must(t, plain), "--help"); code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
}

func TestBytesText(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1500: "1.5 kB", 3e9: "3.0 GB"} {
		if got := bytesText(n); got != want {
			t.Errorf("bytesText(%d) = %q, want %q", n, got, want)
		}
	}
}
