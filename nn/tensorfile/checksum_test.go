package tensorfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/wholefile"
)

// checked writes a small file and returns its path and bytes.
func checked(t *testing.T) (path string, data []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "a.safetensors")
	tensors := []Tensor{of("weight", Float32, "abcdefgh", 2), of("count", Int64, "12345678"), of("mask", Bool, "\x01\x00", 2)}
	if err := Write(path, map[string]string{"seetell": `{"format":1,"words":["a","b"]}`}, tensors); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, data
}

// TestEveryBit turns round each bit of a file, one at a time: each is told.
func TestEveryBit(t *testing.T) {
	_, data := checked(t)
	for bit := range 8 * len(data) {
		damaged := bytes.Clone(data)
		damaged[bit/8] ^= 1 << (bit % 8)
		if _, err := parse(bytes.NewReader(damaged), int64(len(damaged))); err == nil {
			t.Fatalf("bit %d of byte %d, behind %q, is not missed", bit%8, bit/8, data[max(bit/8-20, 0):bit/8+1])
		}
	}
}

// TestEncode compares with what Write leaves, and writes it again.
func TestEncode(t *testing.T) {
	tensors := []Tensor{of("weight", Float32, "abcdefgh", 2), of("count", Int64, "12345678")}
	path := filepath.Join(t.TempDir(), "a.safetensors")
	for _, metadata := range []map[string]string{nil, {"seetell": "{}"}} {
		if err := Write(path, metadata, tensors); err != nil {
			t.Fatal(err)
		}
		written, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := Encode(metadata, tensors)
		if err != nil || !bytes.Equal(encoded, written) {
			t.Errorf("Encode: %q, %v, want %q", encoded, err, written)
		}
		if err := wholefile.Write(path, encoded, 0o644); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
}

// TestDamagedIs tells a file with other values from one that is no file of
// tensors.
func TestDamagedIs(t *testing.T) {
	path, data := checked(t)
	data[len(data)-1]++
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), path) {
		t.Errorf("Open: %v, want ErrDamaged and the file's name", err)
	}
}

// TestWithoutChecksum opens what was written before files had checksums.
func TestWithoutChecksum(t *testing.T) {
	path, data := checked(t)
	behind := 8 + binary.LittleEndian.Uint64(data)
	header, values := string(data[8:behind]), string(data[behind:])
	header = regexp.MustCompile(`,"seetell.checksum":"[^"]*"`).ReplaceAllString(header, "")
	if err := os.WriteFile(path, []byte(raw(header, values)), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if len(f.Tensors) != 3 || f.Metadata["seetell"] == "" {
		t.Errorf("%d tensors and metadata %v, want 3 and the text", len(f.Tensors), f.Metadata)
	}
}
