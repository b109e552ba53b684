package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScore runs the command on small files.
func TestScore(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	references := write("refs.token", "a.jpg#0\tA dog runs .\na.jpg#1\tThe dog .\nb.jpg#0\tA cat .\n")
	captions := write("caps.json", `{"b.jpg":"A cat.","a.jpg":"A dog."}`)
	short := write("short.tsv", "a.jpg\tA dog\n")
	cut := write("cut.json", `{"b.jpg":"A c`)
	for _, test := range []struct {
		name, flags string
		code        int
		want        string
	}{
		{"table", "--captions " + captions, 0, "2 pictures, tokenizer ptb"},
		{"csv", "--captions " + captions + " --format csv", 0, "a.jpg,A dog.,"},
		{"json", "--captions " + captions + " --format json --reference-points --baseline " + captions, 0, `"one_reference_fewer"`},
		{"missing", "--captions " + short, 1, `short.tsv: no caption for picture "b.jpg" of`},
		{"subset", "--captions " + short + " --subset", 0, "1 pictures"},
		{"cut short", "--captions " + cut, 1, "cut.json: line 1: the JSON is cut short"},
		{"no metric", "--captions " + captions + " --metrics spice", 2, `--metrics "spice"`},
		{"no file", "--captions " + filepath.Join(dir, "none"), 1, "none: no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, messages bytes.Buffer
			flags := "seetell score --resamples 20 --metrics bleu,rouge,cider --references " + references + " " + test.flags
			code := run(strings.Fields(flags), &out, &messages)
			if code != test.code || !strings.Contains(out.String()+messages.String(), test.want) {
				t.Errorf("code %d, want %d\n%s%s", code, test.code, &out, &messages)
			}
		})
	}
}
