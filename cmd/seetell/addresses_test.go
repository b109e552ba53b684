package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testmodel"
)

// TestShortOfAddresses runs the program with less and less room for addresses:
// it describes a picture or says in a line what it lacks, and never crashes.
func TestShortOfAddresses(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the program many times")
	}
	program := must(t, plain)
	checkpoint, photo := testmodel.Files(t)
	described := 0
	for megabytes := 1800; megabytes <= 6000; megabytes += 600 {
		script := fmt.Sprintf(`ulimit -v %d && exec "$@"`, megabytes<<10)
		out, err := exec.Command("bash", "-c", script, "bash", program, "caption", "--device", "cpu", "--model", checkpoint, photo).CombinedOutput()
		text := strings.TrimSpace(string(out))
		if err == nil {
			described++
		} else if code := err.(*exec.ExitError).ExitCode(); code != exitFailed || strings.Contains(text, "goroutine ") {
			t.Errorf("%d MB: exit code %d: %.300s", megabytes, code, text)
		}
		if err == nil && !strings.Contains(text, filepath.Base(photo)) {
			t.Errorf("%d MB: %.300s", megabytes, text)
		}
	}
	if described == 0 {
		t.Error("no picture was described with 6 GB of addresses")
	}
}
