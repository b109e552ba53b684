package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// golden is what Pillow sees in a picture of testdata (golden.py).
type golden struct {
	Width, Height int
	Pixels        []byte
}

func readGolden(t testing.TB) map[string]golden {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]golden
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// readPacked reads golden pictures whose pixels are packed by zlib.
func readPacked(t testing.TB, name string) map[string]golden {
	t.Helper()
	var packed map[string]struct {
		Width, Height int
		Packed        []byte
		Like          string // another, whose pixels it has
	}
	if err := json.Unmarshal(readTestdata(t, name), &packed); err != nil {
		t.Fatal(err)
	}
	want := map[string]golden{}
	for name, p := range packed {
		if p.Like != "" {
			p = packed[p.Like]
		}
		unpacked, err := zlib.NewReader(bytes.NewReader(p.Packed))
		if err != nil {
			t.Fatal(err)
		}
		pixels, err := io.ReadAll(unpacked)
		if err != nil {
			t.Fatal(err)
		}
		want[name] = golden{p.Width, p.Height, pixels}
	}
	return want
}

func readTestdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestDecodeLikePillow holds every byte to Pillow's.
func TestDecodeLikePillow(t *testing.T) {
	for name, want := range readGolden(t) {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(readTestdata(t, name))
			if err != nil {
				t.Fatal(err)
			}
			if got.Width != want.Width || got.Height != want.Height {
				t.Fatalf("%d x %d pixels, want %d x %d", got.Width, got.Height, want.Width, want.Height)
			}
			for i, v := range got.Pixels {
				if v != want.Pixels[i] {
					t.Fatalf("byte %d is %d, want %d", i, v, want.Pixels[i])
				}
			}
		})
	}
}
