package tensorfile

import (
	"path/filepath"
	"testing"
)

// BenchmarkSafetensors writes and reads 64 MB in 16 tensors.
func BenchmarkSafetensors(b *testing.B) {
	const each = 4 << 20
	data := make([]byte, each)
	var tensors []Tensor
	for i := range 16 {
		tensors = append(tensors, of(string(rune('a'+i)), Float32, string(data), each/4))
	}
	path := filepath.Join(b.TempDir(), "a.safetensors")
	b.Run("write", func(b *testing.B) {
		b.SetBytes(each * 16)
		for b.Loop() {
			if err := Write(path, nil, tensors); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open", func(b *testing.B) { // which compares the checksum
		b.SetBytes(each * 16)
		for b.Loop() {
			f, err := Open(path)
			if err != nil {
				b.Fatal(err)
			}
			f.Close()
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(each * 16)
		for b.Loop() {
			f, err := Open(path)
			if err != nil {
				b.Fatal(err)
			}
			for _, t := range f.Tensors {
				if _, err := t.Float32s(); err != nil {
					b.Fatal(err)
				}
			}
			f.Close()
		}
	})
}
