package serve

import (
	"os"
	"testing"

	"github.com/seetell/seetell/internal/testtensors"
)

func TestMain(m *testing.M) { os.Exit(testtensors.Run(m)) }
