package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"github.com/sirupsen/logrus"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/internal/testmodel"
	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/picture"
)

// steering clears a screen, sets a title, ends the line and turns the writing
// round.
const steering = "\x1b[2J\x1b]0;title\x07\u009b31m\r\nseetell: forged\u202e"

// quoted is steering in JSON, as checkpoints and captions files hold it.
func quoted(t *testing.T) string {
	t.Helper()
	text, err := json.Marshal(steering)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// hostile is a checkpoint whose texts steer.
func hostile(t *testing.T) string {
	t.Helper()
	meta := checkpoint.Metadata{
		Model: checkpoint.DefaultConfig(), Vocabulary: []string{"<pad>", "<start>", "<end>", "<unk>", steering},
		Tokenizer: checkpoint.WordTokenizer, Preprocessing: picture.DefaultPreprocessing(),
		Training: []byte(`{"seed":` + quoted(t) + `}`), Data: []byte(`{"source":` + quoted(t) + `}`),
	}
	texts, err := meta.Texts()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "hostile.safetensors")
	if err := tensorfile.Write(path, texts, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestNothingSteersTheTerminal runs commands on what a stranger made: only
// line feeds and tabs of the command's own come out, and no line is forged.
func TestNothingSteersTheTerminal(t *testing.T) {
	references := file(t, "references.json", `{`+quoted(t)+`: ["a dog"], "b": ["a cat"]}`)
	captions := file(t, "captions.json", `{`+quoted(t)+`: "a dog `+strings.Trim(quoted(t), `"`)+`", "b": "a cat"}`)
	model, photo := testmodel.Files(t)
	renamed := filepath.Join(t.TempDir(), steering+".jpg")
	data, err := os.ReadFile(photo)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(renamed, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		args []string
	}{
		{"a checkpoint described", []string{"model", "describe", hostile(t)}},
		{"the same as JSON", []string{"model", "describe", "--format", "json", hostile(t)}},
		{"ids and captions scored", []string{"score", "--references", references, "--captions", captions, "--metrics", "bleu", "--format", "csv"}},
		{"the same as JSON", []string{"score", "--references", references, "--captions", captions, "--metrics", "bleu", "--format", "json"}},
		{"an id without a caption", []string{"score", "--references", references, "--captions", file(t, "one.json", `{"b": "a cat"}`), "--metrics", "bleu"}},
		{"a picture's name", []string{"caption", "--model", model, "--beam", "1", renamed}},
		{"the same as CSV", []string{"caption", "--model", model, "--beam", "1", "--format", "csv", renamed}},
		{"the name of a picture that is not there", []string{"caption", "--model", model, steering}},
		{"a folder's name", []string{"data", "check", filepath.Dir(renamed)}},
		{"a command", []string{steering}},
		{"a flag", []string{"score", "--" + steering}},
		{"a log line", []string{"--log-format", "json", "caption", "--model", model, steering}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, messages bytes.Buffer
			run(append([]string{"seetell"}, test.args...), &out, &messages)
			for _, text := range []string{out.String(), messages.String()} {
				if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && (unicode.IsControl(r) || r == '\u202e') }); i >= 0 {
					t.Errorf("%q steers", text[i:min(i+20, len(text))])
				}
				if strings.Contains("\n"+text, "\nseetell: forged") {
					t.Errorf("a line of %q is forged", text)
				}
			}
			if out.Len()+messages.Len() == 0 {
				t.Error("nothing was said")
			}
		})
	}
}

// TestLogStaysLines writes what strangers chose into the log, as text with and
// without colours, and as JSON.
func TestLogStaysLines(t *testing.T) {
	for name, formatter := range map[string]logrus.Formatter{
		"plain":   lineFormatter{&logrus.TextFormatter{DisableColors: true}},
		"colours": lineFormatter{&logrus.TextFormatter{ForceColors: true}},
	} {
		log := logrus.New()
		var out bytes.Buffer
		log.SetOutput(&out)
		log.SetFormatter(formatter)
		log.WithField("picture", steering).WithError(errors.New(steering)).Warn(steering)
		text := strings.NewReplacer("\x1b[33m", "", "\x1b[0m", "").Replace(out.String()) // logrus's colours
		if strings.Count(text, "\n") != 1 || strings.ContainsAny(text, "\x1b\x07\r\u009b\u202e") {
			t.Errorf("%s: the log holds %q", name, text)
		}
	}
}

func TestPrintError(t *testing.T) {
	var out bytes.Buffer
	printError(&out, usage(errors.Join(errors.New("one\x1b"), errors.New("two\nthree"))))
	printError(&out, fmt.Errorf("%w after step 3: %w", errors.New("stopped"), errors.New("asked to"))) // which is one
	full := fmt.Errorf("write a: %w", errors.New("disk full"))
	printError(&out, errors.Join(full, full))
	printError(&out, fmt.Errorf("after step 3, and %w: %w", errors.New("not saved"), errors.Join(full, errors.Join(full, errors.New("b")))))
	var fields struct {
		Caption string `json:"caption"`
	}
	printError(&out, fmt.Errorf("line 3: %w", json.Unmarshal([]byte(`{"caption":["a"]}`), &fields)))
	printError(&out, fmt.Errorf("line 4: %w", json.Unmarshal([]byte(`["a"]`), &fields)))
	want := "seetell: one\\u001b\nseetell: two\\nthree\nseetell: stopped after step 3: asked to\n" +
		"seetell: write a: disk full\nseetell: after step 3, and not saved: write a: disk full; b\n" +
		"seetell: line 3: caption is of the wrong kind: array\nseetell: line 4: the whole is of the wrong kind: array\n"
	if out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

// TestOut writes each command's result to standard output, a file, a link and
// a device: the same bytes come, the link stays a link and the device a device.
func TestOut(t *testing.T) {
	references := file(t, "references.json", `{"a": ["a dog runs"], "b": ["a cat"]}`)
	captions := file(t, "captions.json", `{"a": "a dog", "b": "a cat"}`)
	report := file(t, "report.json", "")
	model, _ := testmodel.Files(t)
	score := func(format string) []string {
		return []string{"score", "--references", references, "--captions", captions, "--metrics", "bleu", "--format", format}
	}
	if code := run(append([]string{"seetell"}, append(score("json"), "--out", report)...), io.Discard, io.Discard); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	for name, args := range map[string][]string{
		"score, json":   score("json"),
		"score, csv":    score("csv"),
		"score, table":  score("table"),
		"report":        {"report", "--evaluation", filepath.Dir(report), "--title", "a"},
		"model average": {"model", "average", model, model},
		"model card":    {"model", "card", "--overwrite", model},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			to := func(path string) (out, messages bytes.Buffer) {
				at := 1 // flags come before files
				if args[0] == "model" {
					at = 2
				}
				line := slices.Concat([]string{"seetell"}, args[:at], []string{"--out", path}, args[at:])
				if code := run(line, &out, &messages); code != 0 {
					t.Fatalf("exit code %d: %s", code, messages.String())
				}
				return out, messages
			}
			want, _ := to("-")
			target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
			if err := os.Symlink("target", link); err != nil {
				t.Fatal(err)
			}
			to(link)
			to(os.DevNull)
			pipe := filepath.Join(dir, "pipe")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			read := make(chan []byte)
			go func() {
				data, _ := os.ReadFile(pipe)
				read <- data
			}()
			to(pipe)
			if through := <-read; !bytes.Equal(through, want.Bytes()) {
				t.Errorf("%d bytes came through a pipe; standard output got %d", len(through), want.Len())
			}
			if info, err := os.Lstat(pipe); err != nil || info.Mode().Type() != os.ModeNamedPipe {
				t.Errorf("the pipe is %v, %v", info, err)
			}
			got, err := os.ReadFile(target)
			if err != nil || !bytes.Equal(got, want.Bytes()) || len(got) == 0 {
				t.Errorf("the file behind the link has %d bytes, %v; standard output got %d", len(got), err, want.Len())
			}
			if _, err := os.Readlink(link); err != nil {
				t.Errorf("the link is gone: %v", err)
			}
			if info, err := os.Stat(os.DevNull); err != nil || info.Mode()&os.ModeDevice == 0 {
				t.Fatalf("%s is %v, %v", os.DevNull, info.Mode(), err)
			}
			if _, err := os.Lstat("-"); err == nil {
				t.Error("a file named - was made")
			}
		})
	}
}
