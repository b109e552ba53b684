package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/seetell/seetell/internal/testmodel"
)

// TestResumeWithinPicture goes on with files that were cut within the lines of one
// picture: in the end each has as many as in a run that was not interrupted.
func TestResumeWithinPicture(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	dir, paths := photographs(t, photo, 3)
	given := filepath.Join(t.TempDir(), "given.jsonl")
	var captions strings.Builder
	for _, path := range paths {
		captions.WriteString(`{"file":"` + path + `","caption":"a dog"}` + "\n" + `{"file":"` + path + `","caption":"a cat"}` + "\n")
	}
	if err := os.WriteFile(given, []byte(captions.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	wholes := map[string]string{}            // by format and first argument
	number := regexp.MustCompile(`\d+\.\d+`) // whose last digits depend on how many pictures are described at once
	for _, test := range []struct {
		name, format string
		lines, bytes int // that are left, and of the next line
		more         []string
	}{
		{"behind a rank", "csv", 4, 0, []string{"--n-best", "2", dir}},
		{"within a rank", "csv", 4, 9, []string{"--n-best", "2", dir}},
		{"behind a picture", "csv", 5, 0, []string{"--n-best", "2", dir}},
		{"within a picture's first", "csv", 5, 9, []string{"--n-best", "2", dir}},
		{"behind the head", "csv", 1, 0, []string{"--n-best", "2", dir}},
		{"within the head", "csv", 0, 9, []string{"--n-best", "2", dir}},
		{"behind a caption of two", "text", 1, 0, []string{"--n-best", "2", dir}},
		{"within a caption of two", "text", 5, 9, []string{"--n-best", "2", dir}},
		{"of those given", "csv", 6, 0, []string{"--given", given}},
		{"behind a line of JSON", "json", 1, 0, []string{"--n-best", "2", dir}},
		{"within a line of JSON", "json", 1, 9, []string{"--n-best", "2", dir}},
	} {
		t.Run(test.format+" "+test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "captions")
			args := append([]string{"caption", "--device", "cpu", "--model", checkpoint, "--format", test.format, "--out", out}, test.more...)
			which := test.format + test.more[0]
			if wholes[which] == "" {
				if _, messages, code := say(t, args...); code != 0 {
					t.Fatalf("exit code %d, %s", code, messages)
				}
				wholes[which] = textOf(t, out)
			}
			whole := wholes[which]
			lines := strings.SplitAfter(whole, "\n")
			cut := strings.Join(lines[:test.lines], "") + lines[test.lines][:test.bytes]
			if err := os.WriteFile(out, []byte(cut), 0o666); err != nil {
				t.Fatal(err)
			}
			if _, messages, code := say(t, append([]string{"caption", "--resume"}, args[1:]...)...); code != 0 {
				t.Errorf("exit code %d, %s", code, messages)
			}
			if got := textOf(t, out); number.ReplaceAllString(got, "#") != number.ReplaceAllString(whole, "#") {
				t.Errorf("resumed from\n%s\nit holds\n%s\nwant\n%s", cut, got, whole)
			}
		})
	}
}

// TestResumeDropsErrors has one row for each picture where those that failed are
// tried again, whether they fail once more or not, and keeps those of pictures that
// are not named again. A run that ends before its first answer changes nothing.
func TestResumeDropsErrors(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	for _, format := range []string{"json", "csv"} {
		t.Run(format, func(t *testing.T) {
			dir, paths := photographs(t, photo, 2)
			late, never, other := filepath.Join(dir, "late"), filepath.Join(dir, "never"), filepath.Join(dir, "other")
			out := filepath.Join(t.TempDir(), "captions")
			args := func(model string, more ...string) []string {
				return append([]string{"caption", "--device", "cpu", "--model", model, "--format", format, "--out", out}, more...)
			}
			if _, messages, code := say(t, args(checkpoint, late, paths[0], never, other, paths[1])...); code != exitFailed {
				t.Fatalf("exit code %d, %s", code, messages)
			}
			before := textOf(t, out)
			if err := os.WriteFile(late, []byte(textOf(t, photo)), 0o666); err != nil {
				t.Fatal(err)
			}
			again := []string{"--resume", late, paths[0], never, paths[1]}
			if _, messages, code := say(t, args("/nowhere", again...)...); code != exitFailed || textOf(t, out) != before {
				t.Errorf("without a model: exit code %d, %s\n%s", code, messages, textOf(t, out))
			}
			if _, messages, code := say(t, args(checkpoint, again...)...); code != exitFailed || !strings.Contains(messages, "1 of 4 pictures could not") {
				t.Errorf("exit code %d, %s", code, messages)
			}
			var of []string
			for _, text := range strings.Split(strings.TrimSpace(textOf(t, out)), "\n") {
				line, ok := readLine(format, []byte(text))
				if failed := line.path == never || line.path == other; !ok || line.failed != failed {
					t.Errorf("a line is %s", text)
				}
				if line.path != "" {
					of = append(of, line.path)
				}
			}
			if want := []string{paths[0], other, paths[1], late, never}; !slices.Equal(of, want) {
				t.Errorf("lines of %q, want %q", of, want)
			}
		})
	}
}

// TestResumeLeavesWhatIsWhole says that nothing is left to be done, and takes a half
// line away all the same.
func TestResumeLeavesWhatIsWhole(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	out := filepath.Join(t.TempDir(), "captions.txt")
	whole := photo + "\ta dog\n"
	if err := os.WriteFile(out, []byte(whole+photo+"\ta d"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, messages, code := say(t, "caption", "--device", "cpu", "--model", checkpoint, "--resume", "--out", out, photo); code != 0 || textOf(t, out) != whole {
		t.Errorf("exit code %d, %s\n%s", code, messages, textOf(t, out))
	}
}

// TestResumeNames finds pictures again by whatever names they have, and JSON says
// each name to the byte.
func TestResumeNames(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	dir := t.TempDir()
	var want []string
	for _, name := range []string{"caf\xe9.png", "caf\xe8.png", "café.png", "a\tb\nc\x1b.png"} {
		want = append(want, filepath.Join(dir, name))
		err := os.WriteFile(filepath.Join(dir, name), []byte(textOf(t, photo)), 0o666)
		if errors.Is(err, syscall.EILSEQ) || errors.Is(err, syscall.EINVAL) {
			t.Skip("the file system has no such names: ", err)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(want)
	for _, format := range captionFormats {
		t.Run(format, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "captions")
			args := []string{"caption", "--device", "cpu", "--model", checkpoint, "--format", format, "--out", out, dir}
			if _, messages, code := say(t, args...); code != 0 {
				t.Fatalf("exit code %d, %s", code, messages)
			}
			whole := textOf(t, out)
			if _, messages, code := say(t, append(args, "--resume")...); code != 0 || textOf(t, out) != whole {
				t.Errorf("exit code %d, %s\n%s\nwant\n%s", code, messages, textOf(t, out), whole)
			}
			if format != "json" {
				return
			}
			var names []string
			for _, text := range strings.Split(strings.TrimSpace(whole), "\n") {
				var a answerJSON
				if err := json.Unmarshal([]byte(text), &a); err != nil {
					t.Fatal(err)
				}
				if (a.FileBytes != nil) == utf8.ValidString(a.path()) {
					t.Errorf("bytes where none are needed, or none: %s", text)
				}
				names = append(names, a.path())
			}
			if slices.Sort(names); !slices.Equal(names, want) {
				t.Errorf("names %q, want %q", names, want)
			}
		})
	}
}
