package picture

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/seetell/seetell/internal/testshared"
)

func BenchmarkDecodePhotograph(b *testing.B) {
	files, err := filepath.Glob(filepath.Join(testshared.Dir(b, "flickr8k", "originals"), "*.jpg"))
	if err != nil || len(files) == 0 {
		b.Fatal("no photographs", err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		b.Fatal(err)
	}
	for _, way := range []struct {
		name    string
		decoder Decoder
	}{
		{"exact", Decoder{}},
		{"exact, libjpeg alone", Decoder{plain: true}},
		{"half", Decoder{AtLeast: 179}},
		{"half, libjpeg alone", Decoder{AtLeast: 179, plain: true}},
	} {
		b.Run(way.name, func(b *testing.B) {
			b.SetBytes(500 * 375 * 3)
			for b.Loop() {
				if _, err := way.decoder.Decode(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
