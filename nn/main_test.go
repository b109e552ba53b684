package nn

import (
	"fmt"
	"os"
	"testing"

	"github.com/seetell/seetell/internal/testtensors"
	"github.com/seetell/seetell/torch"
)

// TestMain requires that the tests freed every tensor. They run on one thread:
// their tensors are too small for more, which only wait for one another on a
// busy machine.
func TestMain(m *testing.M) {
	if err := torch.SetThreads(1); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(testtensors.Run(m))
}
