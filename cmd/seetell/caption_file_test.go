package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/internal/testmodel"
	"github.com/seetell/seetell/picture/sidecar"
)

// photographs puts so many copies of a picture into a folder of their own.
func photographs(t *testing.T, photo string, n int) (dir string, paths []string) {
	t.Helper()
	data, err := os.ReadFile(photo)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for i := range n {
		path := filepath.Join(dir, fmt.Sprintf("photo %02d%s", i, filepath.Ext(photo)))
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return dir, paths
}

func textOf(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestCaptionFile goes on with a file of captions that was cut short, in each
// format, and leaves one that is there alone unless told.
func TestCaptionFile(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	dir, _ := photographs(t, photo, 3)
	if err := os.WriteFile(filepath.Join(dir, "photo 01b.jpg"), []byte("no picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, format := range captionFormats {
		t.Run(format, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "captions")
			args := []string{"caption", "--device", "cpu", "--model", checkpoint, "--format", format, "--out", out, dir}
			results, messages, code := say(t, args...)
			if code != exitFailed || results != "" || !strings.Contains(messages, "1 of 4 pictures could not be described") {
				t.Fatalf("exit code %d, %q\n%s", code, results, messages)
			}
			whole := textOf(t, out)
			if _, messages, code := say(t, args...); code != exitFailed || !strings.Contains(messages, "--resume goes on") || textOf(t, out) != whole {
				t.Errorf("a file that is there: exit code %d, %s", code, messages)
			}
			// As if it had been killed while it wrote the last line.
			if err := os.WriteFile(out, []byte(whole[:len(whole)-4]), 0o666); err != nil {
				t.Fatal(err)
			}
			_, messages, code = say(t, append(args, "--resume")...)
			resumed := textOf(t, out)
			for i := range 3 {
				if n := strings.Count(resumed, fmt.Sprintf("photo %02d.", i)); n != 1 {
					t.Errorf("photograph %d stands %d times in\n%s", i, n, resumed)
				}
			}
			if code != exitFailed || strings.Count(resumed, strings.Join(csvHead, ",")) > 1 || !strings.HasSuffix(resumed, "\n") {
				t.Errorf("exit code %d, %s\n%s", code, messages, resumed)
			}
			if _, messages, code := say(t, append(args, "--overwrite")...); code != exitFailed || textOf(t, out) != whole {
				t.Errorf("begun anew: exit code %d, %s\n%s", code, messages, textOf(t, out))
			}
		})
	}
	out := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(out, []byte("milk and bread\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, messages, code := say(t, "caption", "--model", checkpoint, "--out", out, "--resume", dir); code != exitFailed || !strings.Contains(messages, "line 1 has not the format text") || textOf(t, out) != "milk and bread\n" {
		t.Errorf("a file of something else: exit code %d, %s", code, messages)
	}
	if _, messages, code := say(t, "caption", "--model", checkpoint, "--resume", dir); code != exitUsage || !strings.Contains(messages, "--out") {
		t.Errorf("--resume without --out: exit code %d, %s", code, messages)
	}
}

// TestInterruptedCaptions says how far it came, and what there is goes on from
// there: behind the pictures described at once lies a pipe that nobody writes.
func TestInterruptedCaptions(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	model, err := captioner.Open(checkpoint, captioner.Options{Device: "cpu"})
	if err != nil {
		t.Fatal(err)
	}
	atOnce := model.AtOnce()
	model.Close()
	dir, paths := photographs(t, photo, atOnce)
	pipe := filepath.Join(dir, "pipe.jpg")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "captions.txt")
	go func() {
		for range 600 {
			if data, _ := os.ReadFile(out); strings.Count(string(data), "\n") == atOnce {
				_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	}()
	args := append([]string{"caption", "--device", "cpu", "--model", checkpoint, "--out", out}, append(paths, pipe)...)
	if _, messages, code := say(t, args...); code != exitInterrupted || strings.Contains(messages, "context") || !strings.Contains(messages, fmt.Sprintf("%d of %d pictures done; the same command with --resume goes on", atOnce, atOnce+1)) {
		t.Errorf("exit code %d, %s", code, messages)
	}
	if n := strings.Count(textOf(t, out), "\n"); n != atOnce {
		t.Errorf("%d captions are in the file, want %d", n, atOnce)
	}
}

// TestCaptionsAlone keeps a second command from a file that captions are written
// to, whatever it would do with it, and lets it in afterwards.
func TestCaptionsAlone(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	out := filepath.Join(t.TempDir(), "captions.txt")
	first, err := openCaptions(out, "text", false, false)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"caption", "--device", "cpu", "--model", checkpoint, "--out", out, photo}
	for _, how := range [][]string{nil, {"--resume"}, {"--overwrite"}} {
		if _, messages, code := say(t, append(args, how...)...); code != exitFailed || !strings.Contains(messages, "another command writes captions to "+out) {
			t.Errorf("%q: exit code %d, %s", how, code, messages)
		}
		if _, err := os.Stat(out); err != nil {
			t.Errorf("%q: %v", how, err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, messages, code := say(t, args...); code != 0 || strings.Count(textOf(t, out), "\n") != 1 {
		t.Errorf("afterwards: exit code %d, %s", code, messages)
	}
}

// TestCaptionSidecars writes captions beside pictures, keeps what people wrote,
// and replaces it where told.
func TestCaptionSidecars(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	_, paths := photographs(t, photo, 2)
	if err := sidecar.Write(paths[0], "what a person wrote", false); err != nil {
		t.Fatal(err)
	}
	before := textOf(t, paths[1])
	said := func(path string) string {
		text, err := sidecar.Description([]byte(textOf(t, sidecar.Path(path))))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	args := append([]string{"caption", "--device", "cpu", "--model", checkpoint, "--min-words", "3", "--xmp"}, paths...)
	results, messages, code := say(t, args...)
	if code != 0 || !strings.Contains(messages, "1, described before; --replace") {
		t.Fatalf("exit code %d, %s", code, messages)
	}
	_, caption, _ := strings.Cut(strings.Split(results, "\n")[1], "\t")
	if said(paths[0]) != "what a person wrote" || caption == "" || said(paths[1]) != caption || textOf(t, paths[1]) != before {
		t.Errorf("%q and %q, want the person's and %q", said(paths[0]), said(paths[1]), caption)
	}
	if _, messages, code := say(t, append(args, "--replace")...); code != 0 || said(paths[0]) != caption {
		t.Errorf("replaced: exit code %d, %s, %q", code, messages, said(paths[0]))
	}
	if err := os.WriteFile(sidecar.Path(paths[0]), []byte("<broken"), 0o666); err != nil {
		t.Fatal(err)
	}
	if results, messages, code := say(t, args...); code != exitFailed || strings.Count(results, "\n") != 2 || !strings.Contains(messages, "1 sidecars could not be written") {
		t.Errorf("a broken sidecar: exit code %d, %s", code, messages)
	}
	for _, wrong := range [][]string{{"--replace", paths[0]}, {"--xmp", "-"}} {
		if _, messages, code := say(t, append([]string{"caption", "--model", checkpoint}, wrong...)...); code != exitUsage {
			t.Errorf("%v: exit code %d, %s", wrong, code, messages)
		}
	}
}

// TestCaptionsThroughAPipe writes captions into a pipe and a device, which stay
// what they are, and to the file behind a link.
func TestCaptionsThroughAPipe(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	dir := t.TempDir()
	args := func(out string) []string {
		return []string{"caption", "--device", "cpu", "--model", checkpoint, "--out", out, photo}
	}
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink("target", link)); err != nil {
		t.Fatal(err)
	}
	read := make(chan string)
	go func() {
		data, _ := os.ReadFile(pipe)
		read <- string(data)
	}()
	for _, out := range []string{pipe, os.DevNull, link} {
		if _, messages, code := say(t, args(out)...); code != 0 {
			t.Fatalf("%s: exit code %d: %s", out, code, messages)
		}
	}
	none := filepath.Join(dir, "none")
	for _, args := range [][]string{{"--model", "/nowhere", photo}, {"--model", checkpoint, "/nowhere.jpg"}} {
		if _, messages, code := say(t, append([]string{"caption", "--device", "cpu", "--out", none}, args...)...); code != exitFailed {
			t.Errorf("exit code %d: %s", code, messages)
		}
		if _, err := os.Lstat(none); err == nil {
			t.Errorf("%q leaves an empty file", args)
		}
	}
	if got, want := <-read, textOf(t, filepath.Join(dir, "target")); got != want || !strings.HasPrefix(got, photo+"\t") {
		t.Errorf("%q came through the pipe, and %q stands behind the link", got, want)
	}
	for path, want := range map[string]os.FileMode{pipe: os.ModeNamedPipe, os.DevNull: os.ModeDevice | os.ModeCharDevice, link: os.ModeSymlink} {
		if info, err := os.Lstat(path); err != nil || info.Mode().Type() != want {
			t.Errorf("%s is %v, %v", path, info, err)
		}
	}
}
