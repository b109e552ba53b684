package newfolder

import (
	"os"
	"path/filepath"
	"testing"
)

// TestMake takes away what it made, and nothing that others made or filled.
func TestMake(t *testing.T) {
	for _, test := range []struct {
		name, file string // written within a/b/c
		left       bool
	}{{"nothing written", "", false}, {"a file written", "report.json", true}} {
		t.Run(test.name, func(t *testing.T) {
			top := filepath.Join(t.TempDir(), "there")
			if err := os.Mkdir(top, 0o700); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(top, "b", "c")
			undo, err := Make(dir)
			if err != nil {
				t.Fatal(err)
			}
			if empty, err := Empty(dir); err != nil || !empty {
				t.Errorf("a folder just made is empty: %v, %v", empty, err)
			}
			if test.file != "" {
				if err := os.WriteFile(filepath.Join(dir, test.file), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			undo()
			if _, err := os.Stat(filepath.Join(top, "b")); (err == nil) != test.left {
				t.Errorf("b is left: %v, want %v", err == nil, test.left)
			}
			if _, err := os.Stat(top); err != nil {
				t.Error(err)
			}
			if empty, err := Empty(dir); err != nil || empty == test.left {
				t.Errorf("empty: %v, %v; want %v", empty, err, !test.left)
			}
		})
	}
}
