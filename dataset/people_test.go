package dataset

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
)

// told describes a set: the pictures of each split and their captions, or the
// error.
func told(t *testing.T, dir string) string {
	t.Helper()
	set, err := Open(context.Background(), dir, Options{})
	if err != nil {
		return "error: " + err.Error()
	}
	defer set.Close()
	var parts []string
	for _, split := range set.Splits {
		name := split.Name
		if set.RandomSplit {
			name = ""
		}
		for i := range split.Len() {
			r := split.Record(i)
			parts = append(parts, fmt.Sprintf("%s%s=%s", name+strings.Repeat(":", min(len(name), 1)), r.ID, strings.Join(r.Captions, "|")))
		}
	}
	return strings.Join(parts, " ")
}

// zipped returns data under gzip.
func zipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// decoded returns what base64 stands for.
func decoded(t *testing.T, text string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// zstandard returns data under Zstandard.
func zstandard(t *testing.T, data []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(data, nil)
}

// bzip2Tar is a tar file of 0.jpg and 0.txt, packed by Python's bz2: Go unpacks alone.
const bzip2Tar = "QlpoOTFBWSZTWRUx8PoAAHf/wvuAAAJABW1oJaAACGCQXkBAAAAgCAigAJKGpNpAGgAGgPUaeoJEpDTQyGjJkaD1PUaKnnlKwoY5" +
	"sAOmo/NIRUwSPsQ2XDmQWA7rTcU0g2gRLKC3SBAMvGCvz0FAIkQFBxDRbiqUQ1gEQYOdySk1mwDvgPN+QQGghQJLtSQTH/F3JFOF" +
	"CQFTHw+g"

// wide returns a text as Windows' editor writes it in "Unicode".
func wide(text string) string {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return string(out)
}

// TestWhatPeopleBring opens folders as people have them: each picture with its
// captions, or an error that says what to do.
func TestWhatPeopleBring(t *testing.T) {
	picture := string(tinyPicture("x"))
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"a table of another name", map[string]string{"labels.csv": "image,caption\na.png,A\n", "a.png": picture}, "a.png=A"},
		{"a table for each split", map[string]string{"train.csv": "image,caption\na.png,A\n", "test.csv": "image,caption\nb.png,B\n", "a.png": picture, "b.png": picture}, "train:a.png=A test:b.png=B"},
		{"two tables", map[string]string{"one.csv": "image,caption\na.png,A\n", "two.csv": "image,caption\na.png,A\n", "a.png": picture}, "error: two captions files, one.csv and two.csv"},
		{"numbers that lost their zeros", map[string]string{"captions.csv": "image,caption\n7,A\n", "000000000007.png": picture}, "000000000007.png=A"},
		{"COCO's numbers", map[string]string{"captions.csv": "image_id,caption\n7,A\n", "COCO_val2014_000000000007.jpg": picture}, "COCO_val2014_000000000007.jpg=A"},
		{"another ending", map[string]string{"captions.csv": "image,caption\na.jpg,A\n", "a.png": picture}, "a.png=A"},
		{"another case", map[string]string{"captions.csv": "image,caption\nimg_1.jpg,A\n", "IMG_1.JPG": picture}, "IMG_1.JPG=A"},
		{"another case, two of them", map[string]string{"captions.csv": "image,caption\nimg_1.jpg,A\n", "IMG_1.JPG": picture, "Img_1.jpg": picture}, "error: no captioned picture in it: 1 captions for pictures that are absent"},
		{"an address", map[string]string{"captions.csv": "image,caption\nhttps://example.org/x/a%20b.png,A\n", "a b.png": picture}, "a b.png=A"},
		{"paths of another machine", map[string]string{"captions.csv": "image,caption\n/home/someone/pics/a.png,A\nC:\\pics\\b.png,B\n../c.png,C\n", "pics/a.png": picture, "pics/b.png": picture, "pics/c.png": picture}, "a.png=A b.png=B c.png=C"},
		{"names in Latin-1", map[string]string{"captions.csv": "image,caption\ncaf\xe9.png,A\n", "café.png": picture}, "error: no captioned picture in it"},
		{"the whole name beside", map[string]string{"a.png": picture, "a.png.txt": "A"}, "a.png=A"},
		{"an ending in mixed case beside", map[string]string{"a.JPeG": picture, "a.Txt": "A"}, "a.JPeG=A"},
		{"UTF-16 beside", map[string]string{"a.png": picture, "a.txt": wide("café\r\nB\r\n")}, "a.png=café|B"},
		{"JSON beside", map[string]string{"a.png": picture, "a.json": `{"caption":"A","url":"x"}`, "b.png": picture, "b.json": `["B","C"]`}, "a.png=A b.png=B|C"},
		{"img2dataset's folders", map[string]string{"00000/0.jpg": picture, "00000/0.txt": "A", "00000/0.json": `{"caption":"A"}`, "00000.parquet": "PAR1", "00000_stats.json": "{}"}, "0.jpg=A"},
		{"img2dataset's tar files", map[string]string{"00000.tar": string(makeTar(t, "0.jpg", picture, "0.txt", "A")), "00000.parquet": "PAR1"}, "0.jpg=A"},
		{"a tar file that is under gzip", map[string]string{"0.tar": string(zipped(t, makeTar(t, "0.image", picture, "0.text", "A")))}, "0.image=A"},
		{"a list in JSON in a tar file", map[string]string{"0.tar": string(makeTar(t, "0.jpg", picture, "0.json", `["A","B"]`))}, "0.jpg=A|B"},
		{"UTF-16 in a tar file", map[string]string{"0.tar": string(makeTar(t, "0.jpg", picture, "0.txt", wide("A")))}, "0.jpg=A"},
		{"pickles in a tar file", map[string]string{"0.tar": string(makeTar(t, "0.jpg", picture, "0.pyd", "x"))}, "error: its members end in jpg, pyd"},
		{"pictures in a tar file", map[string]string{"p.tar": string(makeTar(t, "0.jpg", picture)), "captions.csv": "image,caption\n0.jpg,A\n"}, "error: the archive holds pictures alone: unpack it"},
		{"a table in a tar file", map[string]string{"p.tar": string(makeTar(t, "0.jpg", picture, "captions.csv", "image,caption\n"))}, "error: whose captions are a table"},
		{"a zip archive", map[string]string{"images.zip": "PK\x03\x04"}, "error: images.zip is a zip archive: unpack it (unzip)"},
		{"pictures in a zip archive", map[string]string{"images.zip": "PK\x03\x04", "captions.csv": "image,caption\na.png,A\n"}, "error: images.zip is a zip archive"},
		{"a workbook", map[string]string{"captions.xlsx": "PK\x03\x04", "a.png": picture}, "error: captions.xlsx is an Excel workbook: save it as CSV UTF-8"},
		{"another tar archive", map[string]string{"x.txz": "\xfd7zXZ"}, "error: x.txz is a tar archive under xz: unpack it (tar xJf)"},
		{"a tar file under bzip2", map[string]string{"0.tar.bz2": string(decoded(t, bzip2Tar))}, "0.jpg=A"},
		{"a tar file under Zstandard", map[string]string{"0.tar.zst": string(zstandard(t, makeTar(t, "0.jpg", picture, "0.txt", "A")))}, "0.jpg=A"},
		{"a damaged tar file under bzip2", map[string]string{"0.tbz2": string(decoded(t, bzip2Tar)[:60])}, "error: 0.tbz2"},
		{"Flickr30k's table without its head", map[string]string{"results.csv": "a.png| 0| A , b\na.png| 1| C\n", "a.png": picture}, "a.png=A , b|C"},
		{"a name of a Mac beside", map[string]string{"cafe\u0301.png": picture, "caf\u00e9.txt": "A"}, "cafe\u0301.png=A"},
		{"what datasets keeps on disk", map[string]string{"dataset_info.json": `{"features": {}}`, "state.json": "{}", "data-00000-of-00001.arrow": "x"}, "error: is an Arrow file: write it as parquet (Dataset.to_parquet)"},
		{"a text that may be one", map[string]string{"notes.txt": "a.png\tA\n", "a.png": picture}, "error: if notes.txt is one, name it itself"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range test.files {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got := told(t, dir)
			if want, failing := strings.CutPrefix(test.want, "error: "); failing && strings.HasPrefix(got, "error: ") && strings.Contains(got, want) {
				return
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestNamesNotUTF8 names the encoding where names are in another.
func TestNamesNotUTF8(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "captions.csv"), []byte("image,caption\ncaf\xe9.png,A\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := told(t, dir); !strings.Contains(got, NameNotUTF8) || !strings.Contains(got, "Windows-1252") {
		t.Errorf("got %s", got)
	}
}
