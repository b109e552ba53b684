package picture

import (
	"path/filepath"
	"strings"
	"testing"
)

// FuzzHeader reads what stands before the pixels of files of every kind, boxes,
// tags and sizes, and which way up they are: by EXIF, XMP, a PNG's raw profile, a
// TIFF's directory and HEIF's properties. Nothing is decoded, so that it sees
// thousands of files in the time of one HEIC.
func FuzzHeader(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	if err != nil || len(names) == 0 {
		f.Fatal("no seeds", err)
	}
	seen := map[string]bool{}
	for _, name := range names {
		data := readTestdata(f, filepath.Base(name))
		if kind := sniff(data); kind != nil {
			f.Add(data)
			seen[kind.name] = true
		}
	}
	for _, kind := range formats {
		if !seen[kind.name] {
			f.Fatalf("no seed of %s", kind.name)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kind := sniff(data)
		if kind == nil {
			return
		}
		in, orientation, err := kind.read(new(Decoder), t.Context(), data)
		switch {
		case err != nil && strings.Contains(err.Error(), "runtime error"):
			t.Error(err)
		case err == nil && (orientation < 1 || orientation > 8):
			t.Errorf("turned by %d", orientation)
		case err == nil && in.header.memory < 0:
			t.Errorf("takes %d bytes", in.header.memory)
		}
	})
}
