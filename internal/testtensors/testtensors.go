// Package testtensors holds tests to freeing every tensor that they make.
package testtensors

import (
	"fmt"
	"os"
	"testing"

	"github.com/seetell/seetell/internal/testshim"
	"github.com/seetell/seetell/torch"
)

func init() { testshim.Use() } // before a TestMain asks anything of libtorch

// Run runs the tests, with the checkout's libraries and with scopes that watch
// who uses them, and returns the exit code for TestMain: that of the
// tests, or 1 where they left tensors behind.
func Run(m *testing.M) int {
	torch.CheckScopes(true)
	code := m.Run()
	if live := torch.Live(); code == 0 && live != 0 {
		fmt.Fprintln(os.Stderr, live, "tensors were not freed")
		code = 1
	}
	return code
}
