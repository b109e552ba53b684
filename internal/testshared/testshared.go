// Package testshared finds the folder of photographs, captions and weights
// that some tests need and that is no part of the repository.
package testshared

import (
	"os"
	"path/filepath"
	"testing"
)

// Dir returns the path of name inside the shared folder: SEETELL_SHARED, or
// the folder "shared" beside the checkout. It skips the test when that is
// absent.
func Dir(t testing.TB, name ...string) string {
	t.Helper()
	root := os.Getenv("SEETELL_SHARED")
	if root == "" {
		root = filepath.Join(checkout(t), "..", "shared")
	}
	path := filepath.Join(append([]string{root}, name...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs the shared folder: %v", err)
	}
	return path
}

// checkout returns the folder of go.mod, at or above the working directory.
func checkout(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod at or above the working directory")
		}
		dir = parent
	}
}
