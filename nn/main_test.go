package nn

import (
	"fmt"
	"os"
	"testing"

	"github.com/seetell/seetell/torch"
)

// TestMain requires that the tests freed every tensor.
func TestMain(m *testing.M) {
	code := m.Run()
	if live := torch.Live(); live != 0 {
		fmt.Fprintln(os.Stderr, live, "tensors were not freed")
		code = 1
	}
	os.Exit(code)
}
