// Package testtensors holds tests to freeing every tensor that they make.
package testtensors

import (
	"fmt"
	"os"
	"testing"

	"github.com/seetell/seetell/torch"
)

// Run runs the tests and returns the exit code for TestMain: that of the
// tests, or 1 where they left tensors behind.
func Run(m *testing.M) int {
	code := m.Run()
	if live := torch.Live(); code == 0 && live != 0 {
		fmt.Fprintln(os.Stderr, live, "tensors were not freed")
		code = 1
	}
	return code
}
