package attention_test

import (
	"encoding/json"
	"image"
	"image/gif"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/plots/attention"
	"github.com/seetell/seetell/plots/internal/plottest"
)

func TestBadAttention(t *testing.T) {
	good := func() *attention.Maps { return plottest.Maps(plottest.Picture(20, 10), "a b", 3) }
	for _, test := range []struct {
		name, want string
		spoil      func(*attention.Maps)
	}{
		{"no picture", "no picture", func(a *attention.Maps) { a.Picture = nil }},
		{"an empty picture", "no picture", func(a *attention.Maps) { a.Picture = image.NewRGBA(image.Rectangle{}) }},
		{"too few weights", `word 2 ("b") has 8 weights for a grid of 3 × 3`, func(a *attention.Maps) { a.Words[1].Weights = a.Words[1].Weights[1:] }},
		{"NaN", `word 1 ("a") has the value NaN`, func(a *attention.Maps) { a.Words[0].Weights[4] = math.NaN() }},
		{"infinite probability", `has the value +Inf`, func(a *attention.Maps) { a.Words[0].Probability = math.Inf(1) }},
		{"negative weight", `has the value -1`, func(a *attention.Maps) { a.Words[0].Weights[4] = -1 }},
		{"no grid", "grid of 0", func(a *attention.Maps) { a.Grid = 0 }},
		{"area outside", "not inside", func(a *attention.Maps) { a.Area = image.Rect(0, 0, 21, 10) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := good()
			test.spoil(a)
			for name, draw := range map[string]func() error{
				"Sheet": func() error { _, err := a.Sheet(); return err },
				"GIF":   func() error { _, err := a.GIF(); return err },
				"SVG":   func() error { _, err := a.SVG(); return err },
				"JSON":  func() error { _, err := a.JSON(); return err },
			} {
				if err := draw(); err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%s: error %v, want one that says %q", name, err, test.want)
				}
			}
		})
	}
}

func TestAttentionSizes(t *testing.T) {
	for _, test := range []struct {
		name, caption string
		size          image.Point
	}{
		{"a dot", "a", image.Pt(1, 1)},
		{"a line, no words", "", image.Pt(2000, 1)},
		{"upright line, one long word", strings.Repeat("ß", 300), image.Pt(1, 2000)},
		{"thirty words", strings.Repeat("word ", 30), image.Pt(100, 70)},
		{"any bytes", "\xff\x00 \u2028 <&> 👩‍👩‍👧", image.Pt(33, 70)},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := plottest.Maps(plottest.Picture(test.size.X, test.size.Y), test.caption, 7)
			sheet, err := a.Sheet()
			if err != nil {
				t.Fatal(err)
			}
			if long := max(sheet.Bounds().Dx(), sheet.Bounds().Dy()); long > 2500 {
				t.Errorf("the sheet is %v large", sheet.Bounds().Size())
			}
			svg, err := a.SVG()
			if err != nil {
				t.Fatal(err)
			}
			plottest.WellFormed(t, "attention", svg)
			animation, err := a.GIF()
			if err != nil {
				t.Fatal(err)
			}
			if len(animation.Image) != len(a.Words)+1 {
				t.Errorf("%d frames for %d words", len(animation.Image), len(a.Words))
			}
		})
	}
}

func TestSaveAttention(t *testing.T) {
	dir := t.TempDir()
	first, second := plottest.Maps(plottest.Picture(60, 40), "a red disc", 7), plottest.Maps(plottest.Picture(60, 40), "a disc", 7)
	if err := attention.Save(dir, "../somewhere/photo <1>.jpg", []*attention.Maps{first, second}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"photo--1-.jpg", "photo--1-.jpg-2"} {
		for _, extension := range []string{".png", ".gif", ".svg", ".json"} {
			if _, err := os.Stat(filepath.Join(dir, name+extension)); err != nil {
				t.Error(err)
			}
		}
	}
	file, err := os.Open(filepath.Join(dir, "photo--1-.jpg.gif"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	animation, err := gif.DecodeAll(file)
	if err != nil || len(animation.Image) != 4 {
		t.Errorf("the animation reads as %d frames (%v), want 4", len(animation.Image), err)
	}
}

func TestAttentionNames(t *testing.T) {
	for _, test := range []struct {
		name  string
		paths []string
		want  []string
	}{
		{"base names", []string{"a/x.jpg", "b/y.jpg"}, []string{"x.jpg", "y.jpg"}},
		{"the same base name", []string{"a/x.jpg", "b/x.jpg", "b/y.jpg"}, []string{"a-x.jpg", "b-x.jpg", "y.jpg"}},
		{"as many folders as it takes", []string{"/k/a/m/x.jpg", "/k/b/m/x.jpg"}, []string{"a-m-x.jpg", "b-m-x.jpg"}},
		{"a path and its end", []string{"x.jpg", "a/x.jpg"}, []string{"x.jpg", "a-x.jpg"}},
		{"case alone", []string{"a/X.jpg", "b/x.JPG"}, []string{"a-X.jpg", "b-x.JPG"}},
		{"the same picture twice", []string{"a/x.jpg", "a/x.jpg"}, []string{"x.jpg", "x.jpg"}},
		{"what a file name cannot hold", []string{"a<b.jpg", "a>b.jpg"}, []string{"a-b.jpg", "a-b.jpg~2"}},
		{"no name", []string{"-", ""}, []string{"unnamed", "unnamed~2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			names := attention.Names(test.paths)
			for i, path := range test.paths {
				if names[path] != test.want[i] {
					t.Errorf("%q is named %q, want %q", path, names[path], test.want[i])
				}
			}
		})
	}
}

func TestAttentionJSON(t *testing.T) {
	a := plottest.Maps(plottest.Picture(60, 40), "a red disc", 3)
	text, err := a.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var raw struct {
		Format  int
		Caption string
		Width   int
		Words   []struct {
			Word    string
			Weights []float64
		}
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatal(err)
	}
	if raw.Format != 1 || raw.Caption != "a red disc" || raw.Width != 60 || len(raw.Words) != 3 {
		t.Errorf("wrote %+v", raw)
	}
	for i, v := range raw.Words[1].Weights {
		if want := a.Words[1].Weights[i]; math.Abs(v-want) > 1e-6*want {
			t.Errorf("weight %d is written as %v, want %v", i, v, want)
		}
	}
}

func BenchmarkSheet(b *testing.B) {
	a := plottest.Maps(plottest.Picture(500, 375), "a man in a red shirt stands on a rock", 7)
	for b.Loop() {
		if _, err := a.Sheet(); err != nil {
			b.Fatal(err)
		}
	}
}
