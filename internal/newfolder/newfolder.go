// Package newfolder makes folders for results, and takes them away where there
// are none.
package newfolder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Make makes dir and the folders around it that are not there. Undo removes
// those that it made, as far as they are empty.
func Make(dir string) (undo func(), err error) {
	made := missing(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return func() {
		for _, path := range made {
			_ = os.Remove(path) // which fails where there is something in it
		}
	}, nil
}

// missing returns dir and the folders around it that are not there, the
// innermost first.
func missing(dir string) (paths []string) {
	for {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			return paths
		}
		paths = append(paths, dir)
		dir = filepath.Dir(dir)
	}
}

// Empty tells whether dir is not there, or holds nothing.
func Empty(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return len(entries) == 0, err
}
