package download

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seetell/seetell/evaluate/meteor"
)

// packed returns a paraphrase table of some size and its sha256.
func packed(t *testing.T) (table []byte, hash string) {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		fmt.Fprintf(w, "%v\na man\nw%d w%d\n", random.Float64(), random.IntN(1e6), random.IntN(1e6))
	}
	fmt.Fprint(w, "0.5\na man\na person\n")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(out.Bytes())
	return out.Bytes(), hex.EncodeToString(sum[:])
}

// packageOf returns a wheel with the table.
func packageOf(t *testing.T, table []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, file := range []struct {
		name string
		data []byte
	}{{"pycocoevalcap/other.jar", bytes.Repeat([]byte("x"), 1<<16)}, {member, table}} {
		w, err := archive.Create(file.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(file.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// serve serves an index with one package. Every second answer breaks off after
// limit bytes, unless that is 0.
func serve(t *testing.T, wheel []byte, limit int) {
	t.Helper()
	var answers atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/simple/pycocoevalcap/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"files": [{"filename": %q, "url": "../../files/wheel"}]}`, fileName)
	})
	mux.HandleFunc("/files/wheel", func(w http.ResponseWriter, r *http.Request) {
		if answers.Add(1)%2 == 0 && limit > 0 {
			w = &breaking{w, limit}
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(wheel))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Setenv("PIP_INDEX_URL", server.URL+"/simple/")
	t.Setenv("PYTHON", filepath.Join(t.TempDir(), "absent"))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	pause = 0
}

type breaking struct {
	http.ResponseWriter
	left int
}

func (b *breaking) Write(data []byte) (int, error) {
	if len(data) > b.left {
		panic(http.ErrAbortHandler)
	}
	b.left -= len(data)
	return b.ResponseWriter.Write(data)
}

func TestTable(t *testing.T) {
	packedTable, hash := packed(t)
	for _, test := range []struct {
		name  string
		limit int
	}{{"at once", 0}, {"in pieces of a connection that breaks", 100000}} {
		t.Run(test.name, func(t *testing.T) {
			serve(t, packageOf(t, packedTable), test.limit)
			var done, total int64
			path, err := table(t.Context(), hash, func(d, n int64) { done, total = d, n })
			if err != nil {
				t.Fatal(err)
			}
			if done != int64(len(packedTable)) || total != done {
				t.Errorf("progress ended at %d of %d, want %d", done, total, len(packedTable))
			}
			opened, err := meteor.OpenTable(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer opened.Close()
			if opened.Source() != hash || opened.Len() != 20001 {
				t.Errorf("table %s with %d paraphrases", opened.Source(), opened.Len())
			}
		})
	}
}

func TestTableFails(t *testing.T) {
	packedTable, hash := packed(t)
	half := packedTable[:len(packedTable)/2]
	for _, test := range []struct {
		name  string
		wheel []byte
		limit int
		want  string
	}{
		{"another table", packageOf(t, packedTable), 0, "sha256 is " + hash},
		{"damaged table", packageOf(t, half), 0, "unexpected EOF"},
		{"package without a table", emptyPackage(t), 0, "is not in the package"},
		{"no package", []byte("<html>sign in</html>"), 0, "not a valid zip file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			serve(t, test.wheel, test.limit)
			path, err := Table(t.Context(), nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("Table gives %q, %v, want an error with %q", path, err, test.want)
			}
			files, _ := filepath.Glob(filepath.Join(os.Getenv("XDG_CACHE_HOME"), "seetell", "meteor", "*"))
			if hidden, _ := filepath.Glob(filepath.Join(os.Getenv("XDG_CACHE_HOME"), "seetell", "meteor", ".*")); len(files)+len(hidden) > 0 {
				t.Errorf("left behind: %v %v", files, hidden)
			}
		})
	}
}

// TestAgain downloads nothing where the table is, and anew where it is damaged.
func TestAgain(t *testing.T) {
	packedTable, hash := packed(t)
	serve(t, packageOf(t, packedTable), 0)
	path, err := table(t.Context(), hash, nil)
	if err != nil {
		t.Fatal(err)
	}
	read := int64(0)
	progress := func(done, _ int64) { read = done }
	if _, err := table(t.Context(), hash, progress); err != nil || read != 0 {
		t.Errorf("the second time %d bytes were read, %v", read, err)
	}
	index, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	index[len(index)/2] ^= 1
	if err := os.WriteFile(path, index, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := table(t.Context(), hash, progress); err != nil || read != int64(len(packedTable)) {
		t.Errorf("over a damaged index %d bytes were read, %v", read, err)
	}
}

func emptyPackage(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := zip.NewWriter(&out).Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestInterrupted(t *testing.T) {
	packedTable, _ := packed(t)
	serve(t, packageOf(t, packedTable), 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Table(ctx, nil); err == nil {
		t.Error("a cancelled download succeeds")
	}
}

func TestPip(t *testing.T) {
	packedTable, hash := packed(t)
	serve(t, nil, 0) // the index itself has nothing
	folder := t.TempDir()
	source := filepath.Join(folder, "package")
	if err := os.WriteFile(source, packageOf(t, packedTable), 0o644); err != nil {
		t.Fatal(err)
	}
	python := filepath.Join(folder, "python")
	script := "#!/bin/sh\nwhile [ $# -gt 0 ]; do [ \"$1\" = --dest ] && cp " + source + " \"$2/" + fileName + "\"; shift; done\n"
	if err := os.WriteFile(python, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PYTHON", python)
	t.Setenv("TMPDIR", t.TempDir())
	if _, err := table(t.Context(), hash, nil); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
