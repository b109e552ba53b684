// Package testrun compares what runs of training leave, for tests that stop
// them.
package testrun

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/seetell/seetell/nn/tensorfile"
)

// times are the parts of a run's texts that no two runs share.
var times = regexp.MustCompile(`"(pictures_per_second|data_wait|peak_memory|seconds|wait|time)":[^,}]*`)

func withoutTimes(text string) string { return times.ReplaceAllString(text, "") }

// Contents returns what the files of the run in dir hold, by file and tensor or
// text, times left out. Each file must be whole.
func Contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, path := range paths {
		addFile(t, path, all)
	}
	if history, err := os.ReadFile(filepath.Join(dir, "history.jsonl")); err == nil {
		all["history.jsonl"] = withoutTimes(string(history))
	}
	return all
}

func addFile(t testing.TB, path string, all map[string]string) {
	t.Helper()
	file, err := tensorfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	name := filepath.Base(path)
	for _, tensor := range file.Tensors {
		data, err := tensor.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		all[name+" "+tensor.Name] = string(data)
	}
	for key, text := range file.Metadata {
		all[name+" "+key] = withoutTimes(text)
	}
}

// Same compares what Contents returned of two runs.
func Same(t testing.TB, got, want map[string]string) {
	t.Helper()
	if len(want) < 3 {
		t.Fatalf("%d parts of files to compare with: there was no run", len(want))
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s differs:\n%.1500q\nwant\n%.1500q", name, got[name], text)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is there and should not be", name)
		}
	}
}
