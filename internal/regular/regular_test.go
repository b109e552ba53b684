package regular

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestOpen(t *testing.T) {
	// A socket's name may be no longer than some 100 bytes.
	dir, err := os.MkdirTemp("", "regular")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	make := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	make(os.WriteFile(filepath.Join(dir, "file"), []byte("12345"), 0o600))
	make(os.Symlink("file", filepath.Join(dir, "link")))
	make(os.Symlink("/dev/zero", filepath.Join(dir, "zero")))
	make(syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	make(os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	listener, err := net.Listen("unix", filepath.Join(dir, "socket"))
	make(err)
	defer listener.Close()
	root, err := os.OpenRoot(dir)
	make(err)
	defer root.Close()
	for _, test := range []struct {
		name, want string
		cause      error
	}{
		{"file", "", nil}, {"link", "", nil},
		{"pipe", "a pipe", ErrNot}, {"folder", "a folder", ErrNot},
		{"socket", "a socket", ErrNot}, {"nothing", "no such file", fs.ErrNotExist},
	} {
		t.Run(test.name, func(t *testing.T) {
			for way, open := range map[string]func() (*os.File, int64, error){
				"path": func() (*os.File, int64, error) { return Open(filepath.Join(dir, test.name)) },
				"root": func() (*os.File, int64, error) { return OpenIn(root, test.name) },
			} {
				file, size, err := open()
				if test.want == "" {
					if err != nil || size != 5 {
						t.Errorf("%s: %d bytes, %v", way, size, err)
					}
					file.Close()
				} else if !errors.Is(err, test.cause) || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%s: %v, want %q", way, err, test.want)
				}
			}
		})
	}
	if _, _, err := Open(filepath.Join(dir, "zero")); !errors.Is(err, ErrNot) || !strings.Contains(err.Error(), "a device") {
		t.Errorf("a link to a device: %v", err)
	}
}
