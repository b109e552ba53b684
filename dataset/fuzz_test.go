package dataset

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzPackedTar opens tar files as they are and under gzip, bzip2 and Zstandard,
// with a Mac's members among them.
func FuzzPackedTar(f *testing.F) {
	plain := makeTar(f, "0.img", "picture", "0.cap", "A", "._0.img", "picture", "1.jpg", "picture", "1.txt", "B")
	packed, err := base64.StdEncoding.DecodeString(bzip2Tar)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain)
	f.Add(zipped(f, plain))
	f.Add(packed)
	f.Add([]byte("\x28\xb5\x2f\xfd\x04\x00\x41\x00\x00a\x00\x00\x00\x00\x00\x00\x00"))
	path := filepath.Join(f.TempDir(), "0.tar")
	f.Fuzz(func(t *testing.T, data []byte) {
		write(t, path, data)
		checkOpens(t, path)
	})
}

// FuzzParquet opens small tables and reads their rows.
func FuzzParquet(f *testing.F) {
	const small = 16 << 10
	paths, err := filepath.Glob(filepath.Join("testdata", "parquet", "*.parquet"))
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(data) <= small {
			f.Add(data)
		}
	}
	path := filepath.Join(f.TempDir(), "metadata.parquet")
	f.Fuzz(func(t *testing.T, data []byte) {
		write(t, path, data)
		checkOpens(t, path)
	})
}

// FuzzFolder opens a folder of a picture and a table, whatever the table holds,
// as files of people's programs are found: by names, without endings, by numbers.
func FuzzFolder(f *testing.F) {
	for _, table := range []string{
		"image,caption\n0.png,A\n", "filepath\ttitle\n.\\0.png\tA\n", "image_name| comment_number| comment\n0.png| 0| A \"b\n0.png 1 B\n",
		"image,caption_0,caption_1\n0,A,B\n", "\xff\xfei\x00m\x00a\x00g\x00e\x00,\x00c\x00a\x00p\x00t\x00i\x00o\x00n\x00\n\x000\x00,\x00A\x00\n\x00", "image\tcaption\r0.png\tA\r",
	} {
		f.Add([]byte(table))
	}
	root := f.TempDir()
	write(f, filepath.Join(root, "0.png"), tinyPicture("0"))
	f.Fuzz(func(t *testing.T, data []byte) {
		write(t, filepath.Join(root, "captions.csv"), data)
		checkOpens(t, root)
	})
}

// checkOpens wants no more than an error of what cannot be opened, and bytes of
// every picture of what can.
func checkOpens(t *testing.T, path string) {
	set, err := Open(t.Context(), path, Options{})
	if err != nil {
		if strings.Contains(err.Error(), "runtime error") {
			t.Error(err)
		}
		return
	}
	for _, split := range set.Splits {
		for i := range split.Len() {
			data, err := split.Bytes(i)
			if err == nil && len(data) == 0 || err != nil && strings.Contains(err.Error(), "runtime error") {
				t.Errorf("picture %d: %d bytes, %v", i, len(data), err)
			}
			for _, caption := range split.Record(i).Captions {
				if strings.TrimSpace(caption) == "" || bytes.ContainsRune([]byte(caption), '\n') {
					t.Errorf("picture %d has the caption %q", i, caption)
				}
			}
		}
	}
	if err := set.Close(); err != nil {
		t.Error(err)
	}
}
