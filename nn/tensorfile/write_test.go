package tensorfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func of(name string, dtype DType, data string, shape ...int64) Tensor {
	return Tensor{name, dtype, shape, func() ([]byte, error) { return []byte(data), nil }}
}

// TestWrite writes tensors and reads them back: names, order, types, shapes,
// values and metadata, and the same bytes the second time.
func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	metadata := map[string]string{"seetell": `{"vocabulary":["<pad>"]}`, "b": "ü\n\"", "a": ""}
	tensors := []Tensor{
		of("one", Uint8, "x", 1), of("half", Float16, "abcd", 2), of("long", Int64, "12345678"),
		of(`odd "name" <é>`, Bool, "\x00\x01", 2, 1), of("none", Float32, "", 0, 4), of("wide", Float64, "abcdefgh", 1, 1),
	}
	var first []byte
	for range 2 {
		if err := Write(path, metadata, tensors); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if first != nil && !bytes.Equal(data, first) {
			t.Error("the second file differs from the first")
		}
		first = data
	}
	if !bytes.Contains(first, []byte("<pad>")) || int(first[0])%8 != 0 {
		t.Errorf("header escaped or not aligned: %q", first)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !reflect.DeepEqual(f.Metadata, metadata) {
		t.Errorf("metadata %v, want %v", f.Metadata, metadata)
	}
	if len(f.Tensors) != len(tensors) {
		t.Fatalf("%d tensors, want %d", len(f.Tensors), len(tensors))
	}
	for i, got := range f.Tensors {
		want := tensors[i]
		gotBytes, err := got.Bytes()
		wantBytes, _ := want.Bytes()
		if err != nil || got.Name != want.Name || got.DType != want.DType || len(got.Shape) != len(want.Shape) || !bytes.Equal(gotBytes, wantBytes) {
			t.Errorf("%v %q, want %v %q (%v)", got, gotBytes, want, wantBytes, err)
		}
	}
}

// TestWriteFails checks that a failure is told and leaves the old file and
// nothing beside it.
func TestWriteFails(t *testing.T) {
	broken := of("broken", Uint8, "", 1)
	broken.Bytes = func() ([]byte, error) { return nil, errors.New("no values") }
	for _, test := range []struct {
		name    string
		tensors []Tensor
		want    string
	}{
		{"name twice", []Tensor{of("a", Uint8, "x", 1), of("a", Uint8, "x", 1)}, `"a"`},
		{"name of the metadata", []Tensor{of("__metadata__", Uint8, "x", 1)}, "__metadata__"},
		{"type unknown", []Tensor{of("a", "F8", "x", 1)}, `"F8"`},
		{"values too few", []Tensor{of("a", Float32, "x", 1)}, "takes 4 bytes, and 1 were given"},
		{"values absent", []Tensor{of("a", Float32, "1234", 1), broken}, "no values"},
	} {
		t.Run(test.name, func(t *testing.T) {
			directory := t.TempDir()
			path := filepath.Join(directory, "a.safetensors")
			if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			err := Write(path, nil, test.tensors)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("Write: %v, want %q and the file's name", err, test.want)
			}
			files, err := os.ReadDir(directory)
			if data, _ := os.ReadFile(path); err != nil || len(files) != 1 || string(data) != "old" {
				t.Errorf("left behind: %v %q %v", files, data, err)
			}
		})
	}
	for path, want := range map[string]string{
		filepath.Join(t.TempDir(), "absent", "a"): "no such file or directory",
		t.TempDir(): "it is a folder", // a folder
	} {
		if err := Write(path, nil, nil); err == nil || err.Error() != "write "+path+": "+want {
			t.Errorf("Write: %v, want %q", err, want)
		}
	}
}
