package dataset

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"path/filepath"
	"strings"
	"testing"
)

// drawn returns a PNG of one colour; compression changes its bytes only.
func drawn(t *testing.T, grey uint8, compression png.CompressionLevel) string {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 9, 7))
	for i := range m.Pix {
		m.Pix[i] = grey
	}
	m.SetGray(3, 3, color.Gray{Y: grey + 9})
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: compression}).Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestCheck: each kind of trouble is found once, by pixels where bytes differ.
func TestCheck(t *testing.T) {
	root := makeFolder(t, map[string]string{
		"captions.tsv": "a.png\tone\nb.png\ttwo\nc.png\tthree\nd.png\tfour\ne.png\tfive\nf.png\tsix\ng.png\tseven\nh.png\t \nh.png\teight\n",
		"train.txt":    "a.png\nb.png\nc.png\ne.png\nh.png\n", "test.txt": "d.png\nf.png\n",
		"a.png": drawn(t, 10, png.BestSpeed), "b.png": drawn(t, 20, png.BestSpeed),
		"c.png": drawn(t, 10, png.NoCompression), // a again
		"d.png": drawn(t, 20, png.NoCompression), // b, in another split
		"e.png": drawn(t, 30, png.BestSpeed)[:60], "f.png": "", "h.png": drawn(t, 40, png.BestSpeed),
	})
	set, err := Open(context.Background(), root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	problems, err := Check(context.Background(), set, nil)
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]string{
		Duplicate: "c.png of train is a.png of train", Leak: "d.png of test is b.png of train", BrokenPicture: "(e.png)",
		EmptyPicture: "(f.png)", MissingPicture: "(g.png)", EmptyCaption: "line 8 (h.png)",
	} {
		if n := problems.Count(kind); n != 1 || !strings.Contains(problems.First(kind)[0].String(), want) {
			t.Errorf("%d %s: %v, want one with %q", n, kind, problems.First(kind), want)
		}
	}
	if text := problems.First(BrokenPicture)[0].String(); strings.Count(text, "(e.png)") != 1 {
		t.Errorf("the picture's place is not told once: %s", text)
	}
	if problems.Total() != 6 || set.Problems.Total() != 2 {
		t.Errorf("%d problems after %d of opening, want 6 after 2: %v", problems.Total(), set.Problems.Total(), problems.Err())
	}
}

// TestCheckShared: the shared set has one picture twice, in its README's words.
func TestCheckShared(t *testing.T) {
	problems, err := Check(context.Background(), openShared(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	told := problems.Err()
	if problems.Total() != 1 || !strings.Contains(told.Error(), "2851198725_37b6027625") || !strings.Contains(told.Error(), "3050606344_af711c726c") {
		t.Errorf("problems: %v, want the two pictures that are one", told)
	}
}

func TestDescribe(t *testing.T) {
	root := makeFolder(t, map[string]string{
		"captions.tsv": "file\tcaption\tsplit\na.png\ta dog runs\ttrain\na.png\tdog\ttrain\nb.png\ta dog swims\ttest\n",
		"a.png":        drawn(t, 1, png.BestSpeed), "b.png": "GIF8 broken",
	})
	set, err := Open(context.Background(), root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Describe(context.Background(), set, strings.Fields, nil)
	if err != nil {
		t.Fatal(err)
	}
	train, test := d.Splits[0], d.Splits[1]
	switch {
	case train.Pictures != 1 || train.Captions != 2 || train.Words != 4 || train.Distinct != 3 || train.Unknown != 0:
		t.Errorf("train: %+v", train)
	case train.Width != (Range{9, 9, 9, 9}) || train.Height != (Range{7, 7, 7, 7}) || train.Formats["png"] != 1:
		t.Errorf("train's pictures: %+v", train)
	case train.CaptionWords != (Range{1, 1, 3, 2}) || train.PerPicture != (Range{2, 2, 2, 2}):
		t.Errorf("train's captions: %+v", train)
	case test.Unreadable != 1 || test.Unknown != 1.0/3:
		t.Errorf("test: %+v", test)
	case len(d.Fingerprint) != 16 || d.Name != filepath.Base(root):
		t.Errorf("set: %+v", d)
	}
}

// TestDeal: the same bytes fall into the same split whatever their names and
// order, another seed deals otherwise, and every split has its share.
func TestDeal(t *testing.T) {
	folder := func(prefix string, backwards bool) string {
		files, lines := map[string]string{}, []string(nil)
		for i := range 100 {
			k := i
			if backwards {
				k = 99 - i
			}
			name := prefix + string(rune('a'+k/10)) + string(rune('a'+k%10)) + ".png"
			files[name] = drawn(t, uint8(k), png.BestSpeed)
			lines = append(lines, name+"\tcaption "+string(rune('a'+k/10))+string(rune('a'+k%10)))
		}
		files["captions.tsv"] = strings.Join(lines, "\n")
		return makeFolder(t, files)
	}
	splits := func(root string, seed int64) map[string]string {
		set, err := Open(context.Background(), root, Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		of := map[string]string{}
		for _, split := range set.Splits {
			if want := map[string]int{Train: 80, Validation: 10, Test: 10}[split.Name]; split.Len() != want {
				t.Errorf("%d pictures in %s, want %d", split.Len(), split.Name, want)
			}
			for i := range split.Len() {
				of[split.Record(i).Captions[0]] = split.Name
			}
		}
		return of
	}
	differ := func(a, b map[string]string) int {
		n := 0
		for caption, split := range a {
			if b[caption] != split {
				n++
			}
		}
		return n
	}
	one := splits(folder("x", false), 1)
	if n := differ(one, splits(folder("other", true), 1)); n != 0 {
		t.Errorf("%d pictures change their split with name and order", n)
	}
	if n := differ(one, splits(folder("x", false), 2)); n < 10 {
		t.Errorf("%d pictures change their split with the seed, want 10 at least", n)
	}
}
