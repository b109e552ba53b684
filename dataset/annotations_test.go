package dataset

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// tinyPicture is a GIF of one pixel, told apart by a trailing text.
func tinyPicture(mark string) []byte {
	return []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;" + mark)
}

// makeFolder writes the files: pictures where the text is "picture".
func makeFolder(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		data := []byte(text)
		if text == "picture" {
			data = tinyPicture(name)
		}
		write(t, filepath.Join(root, name), data)
	}
	return root
}

// tell writes a set in a line: split:id=caption|caption …
func tell(set *Set) string {
	var parts []string
	for _, split := range set.Splits {
		for i := range split.Len() {
			r := split.Record(i)
			parts = append(parts, fmt.Sprintf("%s:%s=%s", split.Name, r.ID, strings.Join(r.Captions, "|")))
		}
	}
	return strings.Join(parts, " ")
}

func TestAnnotations(t *testing.T) {
	for _, test := range []struct {
		name   string
		files  map[string]string
		source string // below the folder
		want   string
	}{
		{"kaggle", map[string]string{
			"captions.txt": "image,caption\na.jpg,\"A dog, brown\"\na.jpg,A \t dog .\nb.jpg,\"Say \"\"hi\"\"\"\n", "Images/a.jpg": "picture", "Images/b.jpg": "picture",
			"train.txt": "a.jpg\n", "test.txt": "b.jpg\n"}, "",
			"train:a.jpg=A dog, brown|A \t dog . test:b.jpg=Say \"hi\""},
		{"commas unquoted", map[string]string{"captions.csv": "image,caption,split\r\n", "captions.txt": ""}, "captions.csv", "error: no captioned picture"},
		{"commas too many", map[string]string{"captions.csv": "a.jpg,one, two, three\r\n", "a.jpg": "picture", "test.txt": "a.jpg"}, "", "test:a.jpg=one, two, three"},
		{"tabs too many", map[string]string{"captions.tsv": "a.jpg\tzero\tone\n", "a.jpg": "picture"}, "", "error: 3 columns where 2 should be"},
		{"flickr30k", map[string]string{"results.csv": "image_name| comment_number| comment\na.jpg| 0| A dog , brown .\na.jpg| 1| Brown .\n", "flickr30k_images/a.jpg": "picture", "test.txt": "a.jpg"}, "",
			"test:a.jpg=A dog , brown .|Brown ."},
		{"tokens", map[string]string{"text/Flickr8k.token.txt": "a.jpg#0\tA dog .\na.jpg#1\tBrown .\nb.jpg#0\tCat\nc.jpg#0\tUnlisted\n",
			"text/Flickr_8k.trainImages.txt": "a.jpg\n", "text/Flickr_8k.devImages.txt": "b.jpg\n",
			"Flicker8k_Dataset/a.jpg": "picture", "Flicker8k_Dataset/b.jpg": "picture", "Flicker8k_Dataset/c.jpg": "picture"}, "",
			"train:a.jpg=A dog .|Brown . validation:b.jpg=Cat"},
		{"tsv", map[string]string{"captions.tsv": "file\tcaption\tsplit\ndeep/a.png\tA \"dog\tval\n", "deep/a.png": "picture"}, "", "validation:a.png=A \"dog"},
		{"tsv bare", map[string]string{"captions.tsv": "\ufeffa.png\tA dog\n", "some/where/a.png": "picture", "test.txt": "a.png"}, "", "test:a.png=A dog"},
		{"json lines", map[string]string{"captions.jsonl": `{"image":"a.png","captions":["A","B"],"split":"dev"}` + "\n" + `{"file_name":"b.png","text":"C","split":"test"}`, "a.png": "picture", "b.png": "picture"}, "",
			"validation:a.png=A|B test:b.png=C"},
		{"image folder", map[string]string{"train/metadata.jsonl": `{"file_name":"a.png","text":"A"}`, "train/a.png": "picture",
			"test/metadata.jsonl": `{"file_name":"a.png","text":"B"}`, "test/a.png": "picture"}, "",
			"train:a.png=A test:a.png=B"},
		{"same names", map[string]string{"captions.tsv": "x/a.png\tA\ny/a.png\tB\n", "test.txt": "a.png", "x/a.png": "picture", "y/a.png": "picture"}, "",
			"test:x/a.png=A test:y/a.png=B"},
		{"karpathy", map[string]string{"dataset_flickr8k.json": `{"images":[{"sentids":[0],"imgid":0,"sentences":[{"tokens":["a"],"raw":"A."},{"raw":"B."}],"split":"restval","filename":"a.jpg"},
			{"filepath":"val2014","cocoid":391895,"sentences":[{"raw":"C."}],"split":"test","filename":"b.jpg"}],"dataset":"flickr8k"}`, "imgs/a.jpg": "picture", "val2014/b.jpg": "picture"}, "",
			"train:a.jpg=A.|B. test:b.jpg=C."},
		{"coco", map[string]string{"annotations/captions_train2014.json": `{"info":{},"images":[{"id":9,"file_name":"a.jpg"}],"annotations":[{"image_id":9,"id":1,"caption":"A"},{"image_id":9,"id":2,"caption":"B"}]}`,
			"annotations/captions_val2014.json": `{"annotations":[{"image_id":7,"caption":"C"}],"images":[{"id":7,"file_name":"b.jpg"}]}`, "train2014/a.jpg": "picture", "val2014/b.jpg": "picture"}, "",
			"train:a.jpg=A|B validation:b.jpg=C"},
		{"two annotations", map[string]string{"captions.txt": "a.jpg,A", "captions.tsv": "a.jpg\tA"}, "", "error: two captions files"},
		{"absent", map[string]string{"captions.txt": "image,caption\na.jpg,A\n"}, "", "error: pictures are looked for below"},
		{"other folder's", map[string]string{"captions.txt": "image,caption\nx/a.jpg,A\n", "y/a.jpg": "picture"}, "", "error: captions for pictures that are absent"},
		{"blank", map[string]string{"captions.txt": "image,caption\na.jpg,\"\"\n", "a.jpg": "picture"}, "", "error: captions.txt line 2 (a.jpg)"},
		{"not UTF-8", map[string]string{"captions.txt": "image,caption\na.jpg,caf\xe9\n", "a.jpg": "picture"}, "", "error: captions that are not UTF-8 (captions.txt line 2 (a.jpg)"},
		{"null", map[string]string{"captions.jsonl": `{"image":"a.jpg","caption":null}`, "a.jpg": "picture"}, "", "error: captions that are empty or null (captions.jsonl line 1"},
		{"unclosed quote", map[string]string{"captions.txt": "image,caption\na.jpg,\"A\nb.jpg,B\n"}, "", "error: captions.txt"},
		{"cut JSON", map[string]string{"dataset.json": `{"images":[{"filename":"a.jpg","sentences":[{"raw":"A."}`}, "", "error: cut short"},
		{"wrong JSON", map[string]string{"dataset.json": `{"images":{"a":1}}`}, "", "error: \"images\""},
		{"no table", map[string]string{"captions.txt": "just words\n"}, "", "error: 1 columns"},
		{"list in two", map[string]string{"captions.txt": "a.jpg,A", "a.jpg": "picture", "train.txt": "a.jpg", "test.txt": "a.jpg"}, "", "error: is in the lists of"},
		{"nothing", map[string]string{"a.jpg": "picture"}, "", "error: no parquet file, webdataset tar or captions file"},
		{"empty file", map[string]string{"captions.txt": ""}, "", "error: the file is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			set, err := Open(context.Background(), filepath.Join(makeFolder(t, test.files), test.source), Options{})
			if want, ok := strings.CutPrefix(test.want, "error: "); ok {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got error %v, want %q in it", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := tell(set); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			for _, split := range set.Splits {
				if data, err := split.Bytes(0); err != nil || !bytes.HasPrefix(data, []byte("GIF89a")) {
					t.Errorf("picture of %s: %.20q, %v", split.Name, data, err)
				}
			}
		})
	}
}

// makeTar returns a tar file of the members, in order: name, text, name, text.
func makeTar(t testing.TB, members ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := 0; i < len(members); i += 2 {
		text := members[i+1]
		if text == "picture" {
			text = string(tinyPicture(members[i]))
		}
		if err := w.WriteHeader(&tar.Header{Name: members[i], Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
	}
	w.Close()
	return out.Bytes()
}

func TestWebdataset(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "train", "0.tar"), makeTar(t, "s0.jpg", "picture", "s0.txt", "A\nB\n", "s0.json", `{"caption":"no"}`, "s1.json", `{"caption":["C"]}`, "s1.png", "picture", "s2.cls", "7"))
	write(t, filepath.Join(root, "test", "0.tar"), makeTar(t, "deep/s.0.jpg", "picture", "deep/s.0.txt", "D", "lost.txt", "E", "bare.jpg", "picture"))
	set, err := Open(context.Background(), root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	if got, want := tell(set), "train:s0.jpg=A|B train:s1.png=C test:s.0.jpg=D"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if set.Problems.Count(MissingPicture) != 1 || set.Problems.Count(NoCaptions) != 1 {
		t.Errorf("problems: %v, want one caption without a picture and one picture without captions", set.Problems.Err())
	}
	data, err := set.Splits[0].Bytes(1)
	if err != nil || string(data) != string(tinyPicture("s1.png")) {
		t.Errorf("s1.png is %q, %v", data, err)
	}
	write(t, filepath.Join(root, "test", "0.tar"), makeTar(t, "a.jpg", "picture")[:540])
	if _, err := Open(context.Background(), root, Options{}); err == nil || !strings.Contains(err.Error(), "0.tar: not a whole tar file") {
		t.Errorf("cut tar: %v", err)
	}
}

// TestCaptionRowsGroup: rows of one caption each about the same bytes are one
// picture before splits are made.
func TestCaptionRowsGroup(t *testing.T) {
	var members []string
	for i := range 60 {
		members = append(members, fmt.Sprintf("s%02d.jpg", i), string(tinyPicture(fmt.Sprint(i%20))), fmt.Sprintf("s%02d.txt", i), fmt.Sprint("caption ", i))
	}
	path := filepath.Join(t.TempDir(), "all.tar")
	write(t, path, makeTar(t, members...))
	set, err := Open(context.Background(), path, Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	sizes := map[string]int{}
	for _, split := range set.Splits {
		sizes[split.Name] = split.Len()
		for i := range split.Len() {
			if n := len(split.Record(i).Captions); n != 3 {
				t.Errorf("%s has %d captions, want 3", split.Record(i).ID, n)
			}
		}
	}
	if sizes[Train] != 16 || sizes[Validation] != 2 || sizes[Test] != 2 {
		t.Errorf("splits of %v, want 16, 2 and 2", sizes)
	}
}

func FuzzTar(f *testing.F) {
	f.Add(makeTar(f, "s0.jpg", "picture", "s0.txt", "A\nB\n", "s1.json", `{"caption":["C"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		eachSample(t.Context(), bytes.NewReader(data), map[string]bool{}, func(one tarSample) {
			if one.key == "" {
				t.Error("a sample without a key")
			}
			if end := one.picture.offset + one.picture.size; one.name != "" && (end < 0 || one.picture.offset > int64(len(data))) {
				t.Errorf("a picture at %d of %d bytes", one.picture.offset, len(data))
			}
		})
	})
}

func FuzzCard(f *testing.F) {
	f.Add([]byte("---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*\n---\n"), "data/train-1")
	f.Fuzz(func(t *testing.T, readme []byte, file string) {
		parts, err := cardParts(readme, []string{file})
		if err == nil && len(parts) > 1 {
			t.Errorf("one file taken %d times", len(parts))
		}
	})
}
