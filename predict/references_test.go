package predict

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seetell/seetell/dataset"
)

// TestReferences takes them of a split, and of all splits: pictures that share a
// name there have the split's before it.
func TestReferences(t *testing.T) {
	dir := t.TempDir()
	for split, text := range map[string]string{"train": "image,caption\n1.png,A\n2.png,B\n", "test": "image,caption\n1.png,C\n1.png,D\n"} {
		if err := os.Mkdir(filepath.Join(dir, split), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"1.png", "2.png"} {
			if err := os.WriteFile(filepath.Join(dir, split, name), []byte("picture"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, split, "captions.csv"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for split, want := range map[string][]string{"test": {"1.png"}, dataset.All: {"2.png", "test/1.png", "train/1.png"}} {
		references, err := References(t.Context(), dir, split, dataset.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(slices.Values(references.IDs())); !slices.Equal(got, want) {
			t.Errorf("split %s has %q, want %q", split, got, want)
		}
	}
	references, err := References(t.Context(), dir, "test", dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := references.Of("1.png"); !slices.Equal(got, []string{"C", "D"}) {
		t.Errorf("references are %q", got)
	}
	if _, err := References(t.Context(), dir, "other", dataset.Options{}); err == nil {
		t.Error("a split that there is not has references")
	}
}
