// Package pytorch_test holds the model to PyTorch's numbers on the built-in
// set; `make bench` does so on photographs, and takes the time.
package pytorch_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/seetell/seetell/internal/testpython"
)

func TestParity(t *testing.T) {
	program := filepath.Join(t.TempDir(), "seetell")
	if out, err := exec.Command("go", "build", "-o", program, "./seetell").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
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
