package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seetell/seetell/nn/tensorfile"
)

// resumeSuffix ends the names of files that a run resumes from, which hold
// more than a model.
const resumeSuffix = ".resume.safetensors"

// mostTried is how many checkpoints of a folder are read whole for the name of
// one that can be: a run's folder has few, another may hold anything.
const mostTried = 4

// NewestWhole returns the path of the checkpoint in dir that was written last
// of the newest few that can be read, empty where none can. Skipped is left out.
func NewestWhole(dir, skipped string) string {
	paths, _ := filepath.Glob(filepath.Join(dir, "*.safetensors"))
	paths = slices.DeleteFunc(paths, func(path string) bool {
		return filepath.Clean(path) == filepath.Clean(skipped) || strings.HasSuffix(path, resumeSuffix)
	})
	slices.SortStableFunc(paths, func(a, b string) int { return written(b).Compare(written(a)) })
	for _, path := range paths[:min(len(paths), mostTried)] {
		if _, err := readMetadata(path); err == nil {
			return path
		}
	}
	return ""
}

func written(path string) (when time.Time) {
	if info, err := os.Stat(path); err == nil {
		when = info.ModTime()
	}
	return when
}

// NameWhole adds to the error of a file that is there and cannot be read which
// checkpoint beside it can.
func NameWhole(path string, err error) error {
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return err
	}
	if whole := NewestWhole(filepath.Dir(path), path); whole != "" {
		return fmt.Errorf("%w; the newest whole checkpoint beside it is %s", err, whole)
	}
	if errors.Is(err, tensorfile.ErrDamaged) {
		return fmt.Errorf("%w; take another copy of it", err)
	}
	return err
}
