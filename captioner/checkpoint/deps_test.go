package checkpoint

import (
	"os/exec"
	"strings"
	"testing"
)

// TestNeedsNoLibtorch lists what the package is built from: a report or a plot
// that reads a checkpoint shall not need libtorch for it.
func TestNeedsNoLibtorch(t *testing.T) {
	program, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command")
	}
	list, err := exec.Command(program, "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal("go list: ", err)
	}
	for _, path := range strings.Fields(string(list)) {
		if strings.HasSuffix(path, "/torch") || strings.Contains(path, "seetell/torch/") {
			t.Errorf("needs %s", path)
		}
	}
}
