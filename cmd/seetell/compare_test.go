package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// evaluationFolder is what an evaluation leaves, as far as compare reads it.
func evaluationFolder(t *testing.T, name, captions string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		"captions.json": captions, "references.json": `{"a": ["a dog runs", "the dog"], "b": ["a cat sits"], "c": ["two men"]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestCompare compares three folders, in each format, and leaves what --out
// promises.
func TestCompare(t *testing.T) {
	first := evaluationFolder(t, "first", `{"a": "a dog", "b": "a dog", "c": "a man"}`)
	second := evaluationFolder(t, "second", `{"a": "a dog runs", "b": "a cat", "c": "two men"}`)
	other := evaluationFolder(t, "second", `{"a": "a dog", "b": "a cat", "c": "men"}`)
	common := []string{"--metrics", "bleu,rouge,cider", "--resamples", "50"}
	out := t.TempDir()
	for _, test := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"two", []string{first, second, "--out", out, "--title", ""}, 0, "second less first"},
		{"three, two of one name", []string{first, second, other}, 0, filepath.Clean(other) + " less first"},
		{"names", []string{first, second, "--name", "A", "--name", "B"}, 0, "B less A"},
		{"markdown", []string{first, second, "--format", "markdown"}, 0, "| less first | BLEU-1 |"},
		{"latex", []string{first, second, "--format", "latex"}, 0, "second $-$ first"},
		{"captions files", []string{"--references", filepath.Join(first, "references.json"), filepath.Join(first, "captions.json"), second}, 0, "second less first"},
		{"a file without references", []string{first, filepath.Join(second, "captions.json")}, exitFailed, "--references FILE"},
		{"one", []string{first}, exitUsage, "two evaluations at least"},
		{"names in plenty", []string{first, second, "--name", "A", "--name", "B", "--name", "C"}, exitUsage, "--name stands 3 times"},
		{"no format", []string{first, second, "--format", "word"}, exitUsage, "give one of table, markdown, latex, json"},
		{"no folder", []string{first, t.TempDir()}, exitFailed, "no folder of an evaluation"},
	} {
		t.Run(test.name, func(t *testing.T) {
			results, messages, code := say(t, append(append([]string{"compare"}, common...), test.args...)...)
			if code != test.code || !strings.Contains(results+messages, test.want) {
				t.Errorf("exit code %d, want %d and %q\n%s%s", code, test.code, test.want, results, messages)
			}
		})
	}
	for _, name := range []string{"comparison.json", "comparison.md", "comparison.tex", "differences.png", "differences.svg", "differences.csv", "scores.png", "CIDEr-density.svg"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if svg, err := os.ReadFile(filepath.Join(out, "differences.svg")); err != nil || strings.Contains(string(svg), ">Differences from first with paired 95 % intervals</text>") {
		t.Errorf("--title \"\" leaves the figure's title: %v", err)
	}
	data, err := os.ReadFile(filepath.Join(out, "comparison.json"))
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Systems []struct {
			Name     string
			Baseline *struct {
				Name        string
				Differences map[string]struct{ Value, P float64 }
			}
		}
	}
	if err := json.Unmarshal(data, &read); err != nil || len(read.Systems) != 2 || read.Systems[1].Baseline.Name != "first" || read.Systems[1].Baseline.Differences["ROUGE_L"].Value <= 0 {
		t.Errorf("%v, %+v", err, read)
	}
}

func TestShellWord(t *testing.T) {
	for path, want := range map[string]string{"runs/x-1": "runs/x-1", "my run": "'my run'", "it's": `'it'\''s'`, "": "''"} {
		if got := shellWord(path); got != want {
			t.Errorf("shellWord(%q) = %s, want %s", path, got, want)
		}
	}
}
