// Package cgrouptest writes what the kernel shows of a process's cgroups.
package cgrouptest

import (
	"os"
	"path/filepath"
	"testing"
)

// Tree writes files, by their paths below a root, and the process's membership,
// and returns where both are.
func Tree(t testing.TB, files map[string]string, group string) (root, membership string) {
	t.Helper()
	root = t.TempDir()
	for file, text := range files {
		write(t, filepath.Join(root, file), text)
	}
	membership = filepath.Join(t.TempDir(), "cgroup")
	write(t, membership, group)
	return root, membership
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
