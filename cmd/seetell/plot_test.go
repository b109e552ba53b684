package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// smallReport is a report as another tool might write it.
const smallReport = `{"format":1,"images":2,"scores":{"CIDEr":0.5},"per_image":[{"id":"a","caption":"a dog","CIDEr":0.2},{"id":"b","caption":"two dogs","CIDEr":0.8}]}`

func TestPlotAndReport(t *testing.T) {
	dir := t.TempDir()
	report, history := filepath.Join(dir, "report.json"), filepath.Join(dir, "history.jsonl")
	trained, empty := t.TempDir(), t.TempDir()
	const epoch = `{"epoch":1,"loss":2}` + "\n"
	for path, text := range map[string]string{report: smallReport, history: epoch, filepath.Join(trained, "history.jsonl"): epoch} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "out")
	for _, test := range []struct {
		name     string
		args     []string
		code     int
		out, log string // what standard output and error hold
	}{
		{"a report", []string{"plot", "--report", report, "--out", out}, 0, "CIDEr-distribution.svg", ""},
		{"a history as PDF", []string{"plot", "--history", history, "--out", out, "--format", "PDF"}, 0, "loss.pdf", ""},
		{"the same report twice", []string{"plot", report, report, "--out", out}, 0, "scores.png", ""},
		{"a run's folder", []string{"plot", trained, "--out", out}, 0, "loss.png", ""},
		{"a history by its name, beside a report's folder", []string{"plot", history, dir, "--out", out}, 0, "loss.png", ""},
		{"a folder of neither", []string{"plot", empty, "--out", out}, 1, "", "no such file"},
		{"nothing", []string{"plot", "--out", out}, 2, "", "nothing to draw"},
		{"no format", []string{"plot", "--report", report, "--out", out, "--format", "bmp"}, 2, "", "png, svg, pdf"},
		{"for print", []string{"plot", "--report", report, "--out", out, "--format", "png", "--dots-per-inch", "600"}, 0, "scores.png", ""},
		{"no resolution", []string{"plot", "--report", report, "--out", out, "--dots-per-inch", "0"}, 2, "", "36 to 1200"},
		{"no file", []string{"plot", "--report", report + "x", "--out", out}, 1, "", "no such file"},
		{"a page", []string{"report", "--run", dir, "--evaluation", dir, "--out", filepath.Join(out, "page.html")}, 0, "page.html", ""},
		{"a page of nothing", []string{"report", "--out", out}, 2, "", "nothing to report"},
		{"a page of no size", []string{"report", "--run", dir, "--out", out, "--max-megabytes", "0"}, 2, "", "above 0"},
		{"a page of no folder", []string{"report", "--run", report + "x", "--out", out}, 1, "", "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(append([]string{"seetell"}, test.args...), &stdout, &stderr)
			if code != test.code || !strings.Contains(stdout.String(), test.out) || !strings.Contains(stderr.String(), test.log) {
				t.Errorf("exit code %d, want %d\nout: %s\nlog: %s", code, test.code, stdout.String(), stderr.String())
			}
			for _, path := range strings.Fields(stdout.String()) {
				if _, err := os.Stat(path); err != nil {
					t.Errorf("it names a file that is not there: %v", err)
				}
			}
		})
	}
}

// TestPlotNamesAndTitles draws two systems under names of the command line,
// with a title, without one, and with figures' own.
func TestPlotNamesAndTitles(t *testing.T) {
	references := file(t, "references.json", `{"a": ["a dog runs"], "b": ["a cat"]}`)
	captions := file(t, "captions.json", `{"a": "a dog", "b": "a cat"}`)
	report := file(t, "report.json", "")
	if _, messages, code := say(t, "score", "--references", references, "--captions", captions, "--metrics", "bleu", "--format", "json", "--out", report); code != 0 {
		t.Fatal(messages)
	}
	figure := func(args ...string) string {
		dir := t.TempDir()
		if _, messages, code := say(t, append([]string{"plot", "--format", "svg", "--out", dir, "--report", report, "--report", report, "--name", "ours", "--name", "theirs"}, args...)...); code != 0 {
			t.Fatal(messages)
		}
		data, err := os.ReadFile(filepath.Join(dir, "scores.svg"))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	const own = ">Scores of the corpus with 95 % intervals</text>"
	if svg := figure(); !strings.Contains(svg, own) || !strings.Contains(svg, "ours") || !strings.Contains(svg, "theirs") {
		t.Error("the figure lacks its title or a name")
	}
	if svg := figure("--title", ""); strings.Contains(svg, own) {
		t.Error("an empty title is the figure's own")
	}
	if svg := figure("--title", "Table 3"); strings.Contains(svg, own) || !strings.Contains(svg, ">Table 3</text>") {
		t.Error("the figure has not the title asked for")
	}
	if _, messages, code := say(t, "plot", "--out", t.TempDir(), "--report", report, "--name", "a", "--name", "b"); code != exitUsage || !strings.Contains(messages, "--name stands 2 times") {
		t.Errorf("too many names: exit code %d, %s", code, messages)
	}
}

// TestPlotOfNothing fails and makes no folder.
func TestPlotOfNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "figures")
	var messages bytes.Buffer
	code := run([]string{"seetell", "plot", "--history", file(t, "history.jsonl", `{"epoch":1,"loss":null}`+"\n"), "--out", out}, io.Discard, &messages)
	if code != exitFailed || !strings.Contains(messages.String(), "nothing to draw") {
		t.Errorf("exit code %d, %q; want %d and that there is nothing to draw", code, messages.String(), exitFailed)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a folder is made")
	}
}
