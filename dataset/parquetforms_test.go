package dataset

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// expectedPicture is a row of testdata/parquet/expected.json.
type expectedPicture struct {
	Name     string
	Size     int
	Captions []string
}

func expectedPictures(t testing.TB) []expectedPicture {
	t.Helper()
	data, err := os.ReadFile("testdata/parquet/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []expectedPicture
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// TestParquetForms opens one set in the forms that testdata/parquet/make.py
// wrote with pyarrow and datasets.
func TestParquetForms(t *testing.T) {
	want := expectedPictures(t)
	for _, name := range []string{"numbered", "pathfirst", "bytesonly", "binary", "list", "sentences", "zstd", "gzip",
		"plain", "fallback", "delta", "single", "splitcolumn", "datasets"} {
		t.Run(name, func(t *testing.T) {
			set, err := Open(context.Background(), filepath.Join("testdata", "parquet", name+".parquet"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer set.Close()
			checkPictures(t, set, want)
			if random := name != "splitcolumn"; set.RandomSplit != random {
				t.Errorf("random is %v, want %v", set.RandomSplit, random)
			}
			if set.Problems.Total() > 0 {
				t.Error(set.Problems.Err())
			}
		})
	}
}

// checkPictures compares what all splits hold, in any order.
func checkPictures(t *testing.T, set *Set, want []expectedPicture) {
	t.Helper()
	got := map[string]Record{}
	sizes := map[string]int{}
	for _, split := range set.Splits {
		for i := range split.Len() {
			record := split.Record(i)
			data, err := split.Bytes(i)
			if err != nil {
				t.Fatal(err)
			}
			got[record.ID], sizes[record.ID] = record, len(data)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d pictures, want %d", len(got), len(want))
	}
	for _, w := range want {
		if !slices.Equal(got[w.Name].Captions, w.Captions) || sizes[w.Name] != w.Size {
			t.Errorf("%s: %d bytes, %q, want %d, %q", w.Name, sizes[w.Name], got[w.Name].Captions, w.Size, w.Captions)
		}
	}
}

func TestParquetFlawed(t *testing.T) {
	path := "testdata/parquet/flawed.parquet"
	set, err := Open(context.Background(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	for kind, want := range map[string]int{EmptyCaption: 6, NotUTF8: 1, NoCaptions: 1} {
		if got := set.Problems.Count(kind); got != want {
			t.Errorf("%d %s, want %d", got, kind, want)
		}
	}
	if where := set.Problems.First(NotUTF8)[0].Where; where != "flawed.parquet row 9" {
		t.Errorf("not UTF-8 at %q", where)
	}
	unreadable := 0
	for _, split := range set.Splits {
		for i := range split.Len() {
			if _, err := split.Bytes(i); err != nil {
				unreadable++
			}
		}
	}
	if unreadable != 2 {
		t.Errorf("%d empty pictures, want 2 (one null, one of no bytes)", unreadable)
	}
	_, err = Open(context.Background(), path, Options{Strict: true})
	if err == nil || !strings.Contains(err.Error(), "flawed.parquet row 5") {
		t.Errorf("strict: %v, want an error that names row 5", err)
	}
}

func TestParquetErrors(t *testing.T) {
	whole, err := os.ReadFile("testdata/parquet/numbered.parquet")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, file string
		data       []byte
		want       string
	}{
		{"no captions", "nocaptions.parquet", nil, "no column of captions; it has image, label"},
		{"no pictures", "nopictures.parquet", nil, "40 captions for pictures that are absent (nopictures.parquet row 1 (photo_00.png))"},
		{"empty", "", []byte{}, "not a whole parquet file"},
		{"cut short", "", whole[:len(whole)-100], "not a whole parquet file"},
		{"not parquet", "", []byte(strings.Repeat("text ", 50)), "not a whole parquet file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join("testdata", "parquet", test.file)
			if test.file == "" {
				path = filepath.Join(t.TempDir(), "train.parquet")
				write(t, path, test.data)
			}
			_, err := Open(context.Background(), path, Options{})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), filepath.Base(path)) {
				t.Errorf("got %v, want the file and %q", err, test.want)
			}
		})
	}
}

// TestParquetDamage changes each byte of a file in turn: whatever that does,
// opening and reading end, in errors or not.
func TestParquetDamage(t *testing.T) {
	whole, err := os.ReadFile("testdata/parquet/zstd.parquet")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "train.parquet")
	failed := 0
	for at := range whole {
		damaged := slices.Clone(whole)
		damaged[at] ^= 0x55
		write(t, path, damaged)
		if readAll(path) != nil {
			failed++
		}
	}
	if failed < len(whole)/4 {
		t.Errorf("%d of %d damages were noticed, want a quarter at least", failed, len(whole))
	}
}

func readAll(path string) error {
	set, err := Open(context.Background(), path, Options{})
	if err != nil {
		return err
	}
	defer set.Close()
	for _, split := range set.Splits {
		for i := range split.Len() {
			if _, err := split.Bytes(i); err != nil {
				return err
			}
		}
	}
	return nil
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}
