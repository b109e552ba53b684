package tensorfile

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seetell/seetell/internal/regular"
)

// raw returns a safetensors file with the given header and values.
func raw(header, values string) string {
	return string(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) + header + values
}

// TestBad opens files that are not what they should be. Each error names the
// file and says what is wrong.
func TestBad(t *testing.T) {
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	safe, old, zipped := read("golden.safetensors"), read("old.pth"), read("zip.pth")
	byteA := `"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}`
	for _, test := range []struct{ name, data, want string }{
		{"empty", "", "empty"},
		{"seven bytes", "1234567", "only 7 bytes"},
		{"text", "hello, this is no file of tensors", "over the limit"},
		{"web page", "<html>403 Forbidden</html>", "web page"},
		{"picture", "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x01\x00H", "neither safetensors nor .pth"},

		{"header over the limit", "\x01\xe1\xf5\x05\x00\x00\x00\x00{}", "over the limit"},
		{"header over 63 bits", "\xff\xff\xff\xff\xff\xff\xff\xff{}", "over the limit"},
		{"header longer than the file", safe[:100], "cut short"},
		{"values cut short", safe[:len(safe)-1], "cut short: tensor"},
		{"values too long", safe + "x", "1 bytes that belong to no tensor behind the last"},
		{"no brace", raw(" {}", ""), "begins with {"},
		{"not UTF-8", raw("{\"\xff\":1}", ""), "UTF-8"},
		{"not JSON", raw("{oops", ""), "not JSON"},
		{"JSON cut short", raw(`{`+byteA, "x"), "not JSON"},
		{"two objects", raw(`{`+byteA+`}{}`, "x"), "goes on behind"},
		{"name twice", raw(`{`+byteA+`,`+byteA+`}`, "x"), `names "a" twice`},
		{"type unknown", raw(`{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}`, "x"), `type "F8_E4M3"`},
		{"shape absent", raw(`{"a":{"dtype":"U8","data_offsets":[0,1]}}`, "x"), `tensor "a"`},
		{"unknown key", raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}`, "x"), `tensor "a"`},
		{"description is a number", raw(`{"a":3}`, ""), `tensor "a"`},
		{"metadata is a list", raw(`{"__metadata__":[]}`, ""), "__metadata__"},
		{"negative size", raw(`{"a":{"dtype":"U8","shape":[-1,-1],"data_offsets":[0,1]}}`, "x"), "negative"},
		{"size over 63 bits", raw(`{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, ""), "too large"},
		{"size wraps to negative", raw(`{"a":{"dtype":"F64","shape":[1152921504606846976],"data_offsets":[0,0]}}`, ""), "too large"},
		{"65 dimensions", raw(`{"a":{"dtype":"U8","shape":[1`+strings.Repeat(",1", 64)+`],"data_offsets":[0,1]}}`, "x"), "65 dimensions"},
		{"offsets and shape differ", raw(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, "xxxx"), "takes 8 bytes"},
		{"offsets backwards", raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}`, "x"), "data_offsets are [1 0]"},
		{"overlap", raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, "xxx"), `"a" and "b" overlap`},
		{"hole", raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, "xx"), "1 bytes that belong to no tensor before"},

		{"older form cut in the pickle", old[:200], "cut short"},
		{"older form cut in the values", old[:len(old)-3], "cut short: storage"},
		{"older form of nothing", old[:15], "cut short"},
		{"another pickle", "\x80\x02K\x01.", "torch.save did not write"},
		{"text of 4 GB", old[:15] + "\x80\x02\x8a\x02\xe9\x03.\x80\x02X\xff\xff\xff\xff", "cut short"},
		{"zip cut short", zipped[:len(zipped)-30], "cut short or damaged"},
		{"zip with a changed pickle", strings.Replace(zipped, "transposed", "transposeD", 1), "damaged"},
		{"pickle that runs a program, zip", read("evil-zip.pth"), `calls "posix system"`},
		{"pickle that runs a program, older form", read("evil-old.pth"), `calls "posix system"`},
		{"TorchScript", read("script.pt"), "TorchScript"},
		{"a pointer of Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull"},
		{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00", "gunzip"},
		{"HDF5", "\x89HDF\r\n\x1a\n\x00\x00", "Keras"},
		{"list", read("list.pth"), "no state dict"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, []byte(test.data), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(path)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("Open: %v, want %q and the file's name", err, test.want)
			}
		})
	}
	if _, err := os.Stat("ran-pickled-code"); err == nil {
		t.Error("pickled code was run")
	}
}

// TestOpenAbsent asks for what is no file.
func TestOpenAbsent(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "absent"), t.TempDir()} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("Open(%s): %v", path, err)
		}
	}
}

// TestDamagedValues reads values whose checksum does not hold: Open, which
// reads none, succeeds, and Bytes fails.
func TestDamagedValues(t *testing.T) {
	data, err := os.ReadFile("testdata/zip.pth")
	if err != nil {
		t.Fatal(err)
	}
	third := string(binary.LittleEndian.AppendUint64(nil, 0x3fd5555555555555)) // of tensor float64
	path := filepath.Join(t.TempDir(), "zip.pth")
	damaged := strings.Replace(string(data), third, "12345678", 1)
	if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, tensor := range f.Tensors {
		_, err := tensor.Bytes()
		if bad := tensor.Name == "float64"; bad != (err != nil) {
			t.Errorf("%s: %v", tensor.Name, err)
		}
		if err != nil && !(strings.Contains(err.Error(), path) && strings.Contains(err.Error(), "float64")) {
			t.Errorf("the error names no file or tensor: %v", err)
		}
	}
}

// TestSparse refuses a file that says to be large and was hardly written.
func TestSparse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sparse.safetensors")
	const values = 1 << 30
	if err := os.WriteFile(path, []byte(raw(`{"a":{"dtype":"U8","shape":[1073741824],"data_offsets":[0,1073741824]}}`, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()+values); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "were ever written") {
		t.Errorf("%v", err)
	}
}

// TestLongMessage cuts what a message quotes of the file.
func TestLongMessage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.safetensors")
	if err := os.WriteFile(path, []byte(raw(`{"a":"`+strings.Repeat("x", 1<<20)+`"}`, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || len(err.Error()) > 1000 {
		t.Errorf("a message of %d bytes", len(err.Error()))
	}
}

// TestOpenPipe refuses what is no file without waiting for it.
func TestOpenPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.safetensors")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, regular.ErrNot) {
		t.Errorf("%v", err)
	}
}
