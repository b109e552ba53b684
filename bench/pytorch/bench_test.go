// Package pytorch_test holds the model to PyTorch's numbers on the built-in
// set, and runs each comparison once, in small; `make bench` does so on
// photographs, and its times count.
package pytorch_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testpython"
	"github.com/seetell/seetell/internal/testshared"
)

// built compiles a command and returns its path.
func built(t *testing.T, command string) string {
	program := filepath.Join(t.TempDir(), "program")
	if out, err := exec.Command("go", "build", "-o", program, command).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

func TestParity(t *testing.T) {
	program := built(t, "./seetell")
	for name, more := range map[string][]string{
		"frozen statistics":             nil,
		"batch statistics, torchvision": {"--batch-norm", "--torchvision"},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"compare.py", "parity", "--seetell", program, "--threads", "1", "--size", "64", "--batches", "3"}
			t.Logf("%s", testpython.Run(t, ".", append(args, more...)...))
		})
	}
}

func TestTime(t *testing.T) {
	out := testpython.Run(t, ".", "compare.py", "time", "--seetell", built(t, "./seetell"), "--threads", "1", "--size", "64",
		"--batches", "1", "--steps", "1", "--rounds", "1", "--peers", "best,tutorial")
	for _, want := range []string{"of the time of best", "of the time of tutorial"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s\nwithout %q", out, want)
		}
	}
}

func TestCaption(t *testing.T) {
	data := testshared.Dir(t, "flickr8k", "data")
	folder := t.TempDir()
	if out, err := exec.Command(built(t, "./seetell"), "-out", folder, "-batches", "1", "-size", "64").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	common := []string{"caption.py", "--seetell", built(t, "../../cmd/seetell"), "--model", filepath.Join(folder, "model.safetensors"),
		"--data", data, "--pictures", "2", "--threads", "1", "--precisions", "float32"}
	if out := testpython.Run(t, ".", append(common, "--rounds", "1")...); !strings.Contains(string(out), "2 of 2 captions the same") {
		t.Errorf("%s", out)
	}
	if out := testpython.Run(t, ".", append(common, "--growth", "1,5")...); !strings.Contains(string(out), "5 pictures: ") {
		t.Errorf("%s", out)
	}
}
