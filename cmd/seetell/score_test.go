package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScoreDataSets takes references out of what train reads, and captions out of
// an evaluation's folder.
func TestScoreDataSets(t *testing.T) {
	dir := t.TempDir()
	picture, err := os.ReadFile("../../picture/testdata/420.jpg")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"set/captions.txt": "image,caption,split\na.jpg,A dog runs .,test\na.jpg,The dog .,test\nb.jpg,A cat .,train\n",
		"set/a.jpg":        string(picture), "set/b.jpg": string(picture),
		"evaluation/references.json": `{"a.jpg":["A dog runs .","The dog ."]}`, "evaluation/captions.json": `[{"image_id":"a.jpg","caption":"A dog."}]`,
		"all.json": `{"a.jpg":"A dog.","b.jpg":"A cat."}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	set, evaluation, all := filepath.Join(dir, "set"), filepath.Join(dir, "evaluation"), filepath.Join(dir, "all.json")
	for _, test := range []struct {
		name  string
		flags []string
		code  int
		want  string
	}{
		{"a split", []string{"--data", set, "--captions", evaluation}, 0, "1 pictures"},
		{"all of it", []string{"--data", set, "--split", "all", "--captions", all}, 0, "2 pictures"},
		{"a folder for references", []string{"--references", set, "--captions", all}, 0, "2 pictures"},
		{"an evaluation's folder", []string{"--references", evaluation, "--captions", evaluation}, 0, "1 pictures"},
		{"captions beyond the split", []string{"--data", set, "--captions", all}, exitFailed, `no references in ` + set + ` for picture "b.jpg"`},
		{"both", []string{"--data", set, "--references", set, "--captions", all}, exitUsage, "give one"},
		{"no such split", []string{"--data", set, "--split", "x", "--captions", all}, exitFailed, `has no split "x"; it has train, test`},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, messages, code := say(t, append([]string{"score", "--metrics", "bleu", "--resamples", "0"}, test.flags...)...)
			if code != test.code || !strings.Contains(out+messages, test.want) {
				t.Errorf("exit code %d, want %d and %q\n%s%s", code, test.code, test.want, out, messages)
			}
		})
	}
}

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
