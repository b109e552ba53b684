package testshared

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// Golden opens a file of the metrics' golden vectors, unpacked if it ends in
// .gz. It skips the test where Dir does.
func Golden(t testing.TB, name ...string) io.Reader {
	t.Helper()
	path := Dir(t, append([]string{"metrics", "golden"}, name...)...)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	if filepath.Ext(path) != ".gz" {
		return file
	}
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return unpacked
}

// GoldenJSON decodes such a file into value.
func GoldenJSON(t testing.TB, value any, name ...string) {
	t.Helper()
	if err := json.NewDecoder(Golden(t, name...)).Decode(value); err != nil {
		t.Fatalf("%v: %v", name, err)
	}
}
