package picture

import (
	"bytes"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOddLikePillow holds BMP, GIF and PNG as old or careless programs write
// them to Pillow's pixels (odd.py).
func TestOddLikePillow(t *testing.T) {
	likePillow(t, "odd.json")
}

// likePillow holds files to the pixels that a list has of them.
func likePillow(t *testing.T, list string) {
	for name, want := range readPacked(t, list) {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(readTestdata(t, name))
			if err != nil {
				t.Fatal(err)
			}
			if got.Width != want.Width || !slices.Equal(got.Pixels, want.Pixels) {
				t.Errorf("%d x %d pixels differ", got.Width, got.Height)
			}
		})
	}
}

// TestOddCutShort refuses what ends in the middle of its pixels.
func TestOddCutShort(t *testing.T) {
	for name := range readPacked(t, "odd.json") {
		data := readTestdata(t, name)
		if _, err := Decode(data[:len(data)/2]); !errors.Is(err, ErrDamaged) {
			t.Errorf("half of %s: %v", name, err)
		}
	}
}

// TestChunkBeyondTheFile refuses a PNG whose last chunk of pixels states more
// bytes than follow, surplus ones too.
func TestChunkBeyondTheFile(t *testing.T) {
	for _, name := range []string{"odd-rows.png", "one.png"} {
		data := readTestdata(t, name)
		data[bytes.LastIndex(data, []byte("IDAT"))-4] = 0x30
		if _, err := Decode(data); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// fuzzKind decodes files of a format, small ones to the end.
func fuzzKind(f *testing.F, pattern, kind string) {
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range names {
		f.Add(readTestdata(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if found := sniff(data); found == nil || found.name != kind {
			return
		}
		if c, err := DecodeConfig(data); err != nil || c.Width*c.Height > 1<<18 {
			return
		}
		p, err := Decode(data)
		if err == nil && len(p.Pixels) != 3*p.Width*p.Height {
			t.Errorf("%d x %d pixels of %d bytes", p.Width, p.Height, len(p.Pixels))
		}
		if err != nil && strings.Contains(err.Error(), "runtime error") {
			t.Error(err)
		}
	})
}

func FuzzBMP(f *testing.F) { fuzzKind(f, "testdata/*.bmp", "BMP") }
func FuzzGIF(f *testing.F) { fuzzKind(f, "testdata/*.gif", "GIF") }
func FuzzPNG(f *testing.F) { fuzzKind(f, "testdata/*.png", "PNG") }
