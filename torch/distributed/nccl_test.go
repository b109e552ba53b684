package distributed

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testworld"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/internal/capi"
)

// resolveNCCL opens libtorch's CUDA library and the entry points of NCCL, for
// which no GPU is needed.
func resolveNCCL() error {
	if err := torch.Open(); err != nil {
		return err
	}
	if err := capi.Open(filepath.Join(torch.Location(), "lib", "libtorch_cuda.so")); err != nil {
		return fmt.Errorf("libtorch's CUDA library cannot be opened: %w", err)
	}
	return loadNCCL()
}

func TestNCCLResolves(t *testing.T) {
	t.Parallel()
	m := testworld.Start(t, []string{taskVariable + "=nccl", "LD_BIND_NOW=1"}, os.Args[0])
	out, _ := m.End()
	for _, absent := range []string{"libtorch's CUDA library cannot be opened", "libseetell_cuda.so is not there"} {
		if strings.Contains(out, absent) {
			t.Skip("needs CUDA's libraries and shim (make CUDA=1 build): ", out)
		}
	}
	if out != "<nil>" {
		t.Error(out)
	}
}
