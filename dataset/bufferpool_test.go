package dataset

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestViewLikeBytes reads pictures both ways from the stores that lend memory.
func TestViewLikeBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "set")
	if err := os.WriteFile(path, []byte("one picture and another"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	tar := &tarStore{files: []*tarFile{{file: file, size: 23, places: []place{{0, 11}, {16, 7}, {16, 8}, {0, 1 << 60}}}}}
	defer tar.Close()
	folder := &folderStore{finder: newFinder(folder{path: filepath.Dir(path)}, false)}
	for _, test := range []struct {
		store      store
		item       item
		want, fail string
	}{
		{tar, item{row: 0}, "one picture", ""},
		{tar, item{row: 1}, "another", ""},
		{tar, item{row: 2}, "", "8 bytes goes past the end"},
		{tar, item{row: 3}, "", "1152921504606846976 bytes goes past the end"},
		{folder, item{name: "set"}, "one picture and another", ""},
		{folder, item{name: "none"}, "", "no such file"},
	} {
		data, err := test.store.bytes(&test.item)
		if text := errorText(err); string(data) != test.want || !strings.Contains(text, test.fail) || test.fail == "" && err != nil {
			t.Errorf("bytes of %+v: %q, %v", test.item, data, err)
		}
		seen := ""
		err = view(test.store, &test.item, func(data []byte) error { seen = string(data); return nil })
		if text := errorText(err); seen != test.want || !strings.Contains(text, test.fail) || test.fail == "" && err != nil {
			t.Errorf("view of %+v: %q, %v", test.item, seen, err)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
