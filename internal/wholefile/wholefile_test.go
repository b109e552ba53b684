package wholefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestLinks writes to links, which stay, and to what they lead to.
func TestLinks(t *testing.T) {
	for _, test := range []struct {
		name   string
		links  [][2]string // path and what it points at, in the folder
		file   string      // there before, where it is named
		write  string
		target string
	}{
		{"a file", nil, "a", "a", "a"},
		{"a new file", nil, "", "a", "a"},
		{"a link", [][2]string{{"link", "a"}}, "a", "link", "a"},
		{"a link to a link", [][2]string{{"link", "other"}, {"other", "a"}}, "a", "link", "a"},
		{"a link to a file that is not there yet", [][2]string{{"link", "a"}}, "", "link", "a"},
		{"a link into another folder", [][2]string{{"link", "folder/a"}}, "folder/a", "link", "folder/a"},
		{"a link beside its file, through a linked folder", [][2]string{{"folder/link", "a"}, {"linked", "folder"}}, "folder/a", "linked/link", "folder/a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
				t.Fatal(err)
			}
			for _, link := range test.links {
				if err := os.Symlink(link[1], filepath.Join(dir, link[0])); err != nil {
					t.Fatal(err)
				}
			}
			if test.file != "" {
				if err := os.WriteFile(filepath.Join(dir, test.file), []byte("before"), 0o640); err != nil {
					t.Fatal(err)
				}
			}
			if err := Write(filepath.Join(dir, test.write), []byte("after"), 0o644); err != nil {
				t.Fatal(err)
			}
			info, err := os.Lstat(filepath.Join(dir, test.target))
			if err != nil || !info.Mode().IsRegular() {
				t.Fatalf("the target is %v, %v, want a file", info, err)
			}
			if test.file != "" && info.Mode().Perm() != 0o640 {
				t.Errorf("the file's permissions are %v, and were %v", info.Mode().Perm(), 0o640)
			}
			if got, err := os.ReadFile(filepath.Join(dir, test.target)); string(got) != "after" {
				t.Errorf("the file holds %q, %v, want what was written", got, err)
			}
			for _, link := range test.links {
				if got, err := os.Readlink(filepath.Join(dir, link[0])); got != link[1] {
					t.Errorf("the link %s leads to %q, %v, want %q", link[0], got, err, link[1])
				}
			}
		})
	}
}

// TestPipe writes into a pipe, which stays one.
func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Skip("no pipes here: ", err)
	}
	got := make(chan string)
	go func() {
		text, _ := os.ReadFile(path)
		got <- string(text)
	}()
	if err := Write(path, []byte("through"), 0o644); err != nil {
		t.Fatal(err)
	}
	if text := <-got; text != "through" {
		t.Errorf("out of the pipe came %q", text)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe is %v now, %v", info.Mode(), err)
	}
}

// TestOpenFile writes through /proc's link to an open file, as /dev/stdout is
// one, behind what the process has written already.
func TestOpenFile(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "a"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	link := filepath.Join("/proc/self/fd", strings.TrimPrefix(file.Name(), "/"))
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc here: ", err)
	}
	for _, entry := range entries {
		if to, _ := os.Readlink(filepath.Join("/proc/self/fd", entry.Name())); to == file.Name() {
			link = filepath.Join("/proc/self/fd", entry.Name())
		}
	}
	if _, err := io.WriteString(file, "one "); err != nil {
		t.Fatal(err)
	}
	if err := Write(link, []byte("two"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(file); string(got) != "one two" {
		t.Errorf("the open file holds %q, %v", got, err)
	}
}

func TestDevice(t *testing.T) {
	link := filepath.Join(t.TempDir(), "null")
	if err := os.Symlink(os.DevNull, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{os.DevNull, link} {
		if err := Write(path, []byte("gone"), 0o644); err != nil {
			t.Error(err)
		}
	}
	if info, err := os.Stat(link); err != nil || info.Mode()&os.ModeDevice == 0 {
		t.Errorf("%s is %v now, %v", os.DevNull, info.Mode(), err)
	}
}

// TestFailure leaves what was there, and nothing beside it.
func TestFailure(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := Write(path, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no more room")
	err := Fill(path, 0o644, func(file *os.File) error {
		_, err := file.WriteString("half")
		return errors.Join(err, full)
	})
	if !errors.Is(err, full) || !strings.Contains(err.Error(), path) {
		t.Errorf("Fill: %v, want the reason and the path", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left are %v, %v", entries, err)
	}
	if got, err := os.ReadFile(path); string(got) != "before" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	circle := filepath.Join(dir, "circle")
	if err := os.Symlink("circle", circle); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir:                          "it is a folder",
		circle:                       "links in a circle",
		filepath.Join(dir, "a", "b"): "no such file",
	} {
		err := Write(path, nil, 0o644)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "write "+path+": ") {
			t.Errorf("Write(%s): %v, want %q", path, err, want)
		}
	}
}
