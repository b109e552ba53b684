// Package testpython runs the Python that some tests compare with: PyTorch,
// Pillow and the other packages of cmd/setup/requirements.txt.
package testpython

import (
	"errors"
	"os"
	"os/exec"
	"testing"
)

// Variable names the interpreter; `make test` sets it.
const Variable = "SEETELL_TEST_PYTHON"

// Run runs Python with args in the folder dir and returns what it prints. A
// failure ends the test with Python's own words.
func Run(t testing.TB, dir string, args ...string) []byte {
	t.Helper()
	python := os.Getenv(Variable)
	if python == "" {
		t.Fatalf("%s is not set: run `make test`, or set it to what `go run ./cmd/setup python` prints", Variable)
	}
	command := exec.CommandContext(t.Context(), python, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "OMP_NUM_THREADS=1") // tests share the cores
	out, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("%s %q: %v\n%s", python, args, err, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}
