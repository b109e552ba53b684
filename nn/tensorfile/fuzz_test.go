package tensorfile

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// fuzz feeds f with every file of testdata that has the ending, whole and
// halved, and checks that reading neither panics nor invents values: each
// tensor has the bytes that its shape takes, and all together no more than
// views of the file can have.
func fuzz(f *testing.F, endings ...string) {
	for _, ending := range endings {
		paths, err := filepath.Glob(filepath.Join("testdata", "*"+ending))
		if err != nil || len(paths) == 0 {
			f.Fatalf("no seeds: %v", err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
			f.Add(data[:len(data)/2])
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := parse(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for _, tensor := range file.Tensors {
			size, err := tensor.Size()
			if err != nil || size > int64(len(data)) {
				t.Fatalf("%q takes %d bytes of %d: %v", tensor.Name, size, len(data), err)
			}
			if values, err := tensor.Bytes(); err == nil && int64(len(values)) != size {
				t.Fatalf("%q: %d bytes, want %d", tensor.Name, len(values), size)
			}
		}
	})
}

func FuzzSafetensors(f *testing.F) { fuzz(f, ".safetensors") }

func FuzzPth(f *testing.F) { fuzz(f, ".pth", ".pt") }

// FuzzPickle feeds the pickle machine alone, past any checksum.
func FuzzPickle(f *testing.F) {
	data, err := os.ReadFile("testdata/old.pth")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[2+len(magic):])
	f.Fuzz(func(t *testing.T, program []byte) {
		full := append(append([]byte{0x80, 2}, magic...), program...)
		if file, err := readPickle(bytes.NewReader(full), int64(len(full))); err == nil {
			for _, tensor := range file.Tensors {
				if _, err := tensor.Bytes(); err != nil {
					t.Fatalf("%q: %v", tensor.Name, err)
				}
			}
		}
	})
}
