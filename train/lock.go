package train

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// lock makes the folder of a run and keeps other runs out of it until release
// is called.
func lock(dir string) (release func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the run: %w", err)
	}
	path := filepath.Join(dir, ".lock")
	file := flock.New(path)
	free, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("the folder %s cannot be written: %w; choose another with --out", dir, err)
	}
	if !free {
		return nil, fmt.Errorf("another run is writing to %s; wait for it, or choose another folder with --out", dir)
	}
	return func() { _ = file.Unlock() }, nil
}
