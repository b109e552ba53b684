package plots

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/plots/internal/plottest"
)

func TestBadReports(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"another version", `{"format":2,"images":1}`, "format 2"},
		{"not JSON", `hello`, "report.json"},
		{"cut short", `{"format":1,"images":1,"per_im`, "report.json"},
		{"no pictures", `{"format":1,"images":0,"per_image":[]}`, "no pictures"},
		{"pictures do not add up", `{"format":1,"images":2,"scores":{"CIDEr":1},"per_image":[{"id":"a","CIDEr":1}]}`, "says 2 pictures and lists 1"},
		{"NaN", `{"format":1,"images":1,"scores":{"CIDEr":1},"per_image":[{"id":"a","CIDEr":NaN}]}`, "line 1: JSON has no NaN"},
		{"infinity", "{\"format\":1,\n\"scores\":{\"CIDEr\":Infinity}}", "line 2: JSON has no Inf"},
		{"minus infinity", `{"format":1,"scores":{"CIDEr":-Infinity}}`, "line 1"},
		{"no format", `{"images":1}`, `no "format"`},
		{"a corpus score out of bounds", `{"format":1,"images":1,"scores":{"CIDEr":11},"per_image":[{"id":"a","CIDEr":1}]}`, "the corpus's CIDEr is 11, which is not between 0 and 10"},
		{"an interval that ends before it begins", `{"format":1,"images":1,"scores":{"CIDEr":1},"intervals":{"CIDEr":[2,1]},"per_image":[{"id":"a","CIDEr":1}]}`, "the interval of CIDEr is from 2 to 1"},
		{"a floor out of bounds", `{"format":1,"images":1,"scores":{"CIDEr":1},"reference_points":{"constant":{"scores":{"CIDEr":-1}}},"per_image":[{"id":"a","CIDEr":1}]}`, "the constant caption's CIDEr is -1"},
		{"people out of bounds", `{"format":1,"images":1,"scores":{"CIDEr":1},"reference_points":{"constant":{},"one_reference_fewer":{"human":{"CIDEr":99}}},"per_image":[{"id":"a","CIDEr":1}]}`, "people's CIDEr is 99"},
		{"beyond any percentage", `{"format":1,"images":1,"scores":{"Perplexity":1},"per_image":[{"id":"a","Perplexity":170}]}`, "not between 0 and 100"},
		{"a score for some pictures only", `{"format":1,"images":2,"scores":{"CIDEr":1},"per_image":[{"id":"a","CIDEr":1},{"id":"b"}]}`, `picture "b" has no CIDEr`},
		{"null for a score", `{"format":1,"images":2,"scores":{"CIDEr":1},"per_image":[{"id":"a","CIDEr":1},{"id":"b","CIDEr":null}]}`, `picture "b" has no CIDEr`},
		{"out of bounds", `{"format":1,"images":1,"scores":{"Bleu_1":1},"per_image":[{"id":"a","Bleu_1":1.5}]}`, "not between 0 and 1"},
		{"negative", `{"format":1,"images":1,"scores":{"CIDEr":1},"per_image":[{"id":"a","CIDEr":-0.5}]}`, "not between 0 and 10"},
		{"no scores of pictures", `{"format":1,"images":1,"scores":{"CIDEr":1},"per_image":[{"id":"a"}]}`, "no score of single pictures"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "report.json")
			plottest.WriteFile(t, path, test.text)
			_, err := LoadSystem(path)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want one of %s that says %q", err, path, test.want)
			}
		})
	}
	if _, err := LoadSystem(filepath.Join(t.TempDir(), "absent.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent report gives %v", err)
	}
}

// Another tool's report may have scores that nobody here knows.
func TestUnknownMetricIsDrawn(t *testing.T) {
	r := &evaluate.Report{Format: 1, Images: 3, Scores: map[string]float64{"SPICE <&>": .2}}
	for i := range 3 {
		r.PerImage = append(r.PerImage, evaluate.ImageScore{ID: fmt.Sprint(i), Caption: "\xff\x00 nope", Scores: map[string]float64{"SPICE <&>": .1 * float64(i)}})
	}
	system, err := NewSystem("other\x00 \xfftool", r)
	if err != nil {
		t.Fatal(err)
	}
	figures, err := Figures([]*System{system, {Name: "two\x00", Images: 3, Words: system.Words, Series: system.Series}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		plottest.WellFormed(t, f.Name, encode(t, f, "svg"))
	}
}

// TestMetricFromOutside draws a metric that the report says something of under its
// label and up to its maximum; without one up to what the report holds.
func TestMetricFromOutside(t *testing.T) {
	metric := evaluate.Metric{Name: "grade", Label: "school grade", Maximum: 30, Score: func(caption []string, _ [][]string) float64 {
		return float64(4 * len(caption))
	}}
	images := evaluate.Images{{ID: "1", Caption: "a dog runs", References: []string{"a dog"}}, {ID: "2", Caption: "cat", References: []string{"a cat"}}}
	for _, test := range []struct{ maximum, high float64 }{{30, 30}, {0, 24}} {
		metric.Maximum = test.maximum
		r, err := evaluate.Score(t.Context(), images, evaluate.Options{Metrics: []evaluate.Metric{metric}})
		if err != nil {
			t.Fatal(err)
		}
		system, err := NewSystem("ours", r)
		if err != nil {
			t.Fatal(err)
		}
		if s := system.series("grade"); s.Label != "school grade" || s.High != test.high {
			t.Errorf("%q up to %v, want school grade up to %v", s.Label, s.High, test.high)
		}
		f, err := Distribution([]*System{system}, "grade", Histogram)
		if err != nil || f.Title != "school grade over 2 pictures" {
			t.Errorf("title %q, %v", f.Title, err)
		}
	}
	metric.Maximum = 10
	r, err := evaluate.Score(t.Context(), images, evaluate.Options{Metrics: []evaluate.Metric{metric}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewSystem("ours", r); err == nil || !strings.Contains(err.Error(), "12, which is not between 0 and 10") {
		t.Errorf("NewSystem() = %v for a score above the metric's maximum", err)
	}
}

// Another tool's scores may be in percent.
func TestUnknownMetricInPercent(t *testing.T) {
	r := &evaluate.Report{Format: 1, Images: 3, Scores: map[string]float64{"CLIPScore": 70}}
	for i := range 3 {
		r.PerImage = append(r.PerImage, evaluate.ImageScore{ID: fmt.Sprint(i), Caption: "a", Scores: map[string]float64{"CLIPScore": 60 + 10*float64(i)}})
	}
	system, err := NewSystem("other tool", r)
	if err != nil {
		t.Fatal(err)
	}
	figures, err := Figures([]*System{system}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		plottest.WellFormed(t, f.Name, encode(t, f, "svg"))
	}
	d, _ := newDensity([]float64{60, 70, 80}, system.series("CLIPScore").metric().High)
	if mass := integrate(d.at, 100); math.Abs(mass-1) > 1e-4 {
		t.Errorf("the mass between 0 and 100 is %v", mass)
	}
}

func TestDegenerateSystems(t *testing.T) {
	for _, test := range []struct {
		name    string
		systems []*System
	}{
		{"one picture", equalSystem(t, 1, .25)},
		{"equal scores", equalSystem(t, 7, .25)},
		{"all zero", equalSystem(t, 7, 0)},
		{"all at the upper bound", equalSystem(t, 7, 1)},
		{"one of each", append(equalSystem(t, 1, 0), testSystem(t, "b", 50, 1))},
	} {
		t.Run(test.name, func(t *testing.T) {
			figures, err := Figures(test.systems, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range figures {
				svg := encode(t, f, "svg")
				plottest.WellFormed(t, f.Name, svg)
				if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
					t.Errorf("%s is drawn with numbers that are none", f.Name)
				}
			}
		})
	}
}

func TestThousandsOfPictures(t *testing.T) {
	figures, err := Figures([]*System{testSystem(t, "large", 20_000, 1)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		if svg := encode(t, f, "svg"); len(svg) > 100_000 {
			t.Errorf("%s takes %d bytes of SVG", f.Name, len(svg))
		}
	}
}

func TestNothingToDraw(t *testing.T) {
	if _, err := Figures(nil, nil); err == nil {
		t.Error("no input gives no error")
	}
	if _, err := Distribution([]*System{testSystem(t, "a", 5, 1)}, "METEOR", Density); err == nil {
		t.Error("an absent metric gives no error")
	}
	if _, err := (&Figure{}).Encode("bmp"); err == nil {
		t.Error("an unknown format gives no error")
	}
}

func encode(t *testing.T, f *Figure, format string) []byte {
	t.Helper()
	data, err := f.Encode(format)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTextStaysText(t *testing.T) {
	f, err := Distribution([]*System{testSystem(t, "a", 50, 1)}, "CIDEr", Histogram)
	if err != nil {
		t.Fatal(err)
	}
	if svg := encode(t, f, "svg"); !bytes.Contains(svg, []byte(">CIDEr-D of a picture</text>")) {
		t.Error("the SVG does not hold its axis as text")
	}
	if text := pdfText(encode(t, f, "pdf")); !strings.Contains(text, "(CIDEr-D of a picture)Tj") {
		t.Errorf("the PDF does not hold its axis as text")
	}
}

// PDF has the letters of Western Europe as text, in Windows's code page 1252;
// other text is drawn.
func TestPDFHasEveryLetter(t *testing.T) {
	plottest.UseFonts(t)
	systems := []*System{testSystem(t, "größer – «a»", 50, 1), testSystem(t, "модель", 50, 2)}
	f, err := Length(systems, "CIDEr")
	if err != nil {
		t.Fatal(err)
	}
	text := pdfText(encode(t, f, "pdf"))
	for _, want := range []string{"(CIDEr-D: mean \xb1 2 standard errors)Tj", "(gr\xf6\xdfer \x96 \xaba\xbb)Tj"} {
		if !strings.Contains(text, want) {
			t.Errorf("the PDF does not hold %q", want)
		}
	}
	if strings.Contains(text, "модель") {
		t.Error("the PDF holds Cyrillic letters byte by byte")
	}
}

// pdfText returns the drawing commands of a PDF document.
func pdfText(document []byte) string {
	var out strings.Builder
	for _, part := range bytes.Split(document, []byte("stream\n"))[1:] {
		reader, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(reader) // what follows the stream is no part of it
		out.Write(text)
	}
	return out.String()
}

func TestFigureFiles(t *testing.T) {
	dir := t.TempDir()
	figures, err := Figures([]*System{withReferences(t, "a", plottest.Report(50, 1))}, []*History{testHistoryRun(t, "a")})
	if err != nil {
		t.Fatal(err)
	}
	if err := Save(dir, figures[:5], Formats); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, f := range figures {
		if names[f.Name] {
			t.Errorf("two figures are named %s", f.Name)
		}
		names[f.Name] = true
	}
	for _, f := range figures[:5] {
		for _, extension := range append(slices.Clone(Formats), "csv") {
			if info, err := os.Stat(filepath.Join(dir, f.Name+"."+extension)); err != nil || info.Size() == 0 {
				t.Errorf("%s.%s: %v", f.Name, extension, err)
			}
		}
	}
}

func TestPNGHasItsResolution(t *testing.T) {
	f, err := Scores([]*System{testSystem(t, "a", 50, 1)})
	if err != nil {
		t.Fatal(err)
	}
	for _, dots := range []int{0, 96, 300} {
		f.DotsPerInch = dots
		data := encode(t, f, "png")
		config, err := png.DecodeConfig(bytes.NewReader(data)) // checks the chunks' sums too
		if err != nil {
			t.Fatal(err)
		}
		want := cmp.Or(dots, Resolution)
		if inches := f.Width.Points() / 72; config.Width != int(inches*float64(want)+.5) {
			t.Errorf("at %d dots per inch it is %d pixels wide", want, config.Width)
		}
		perMetre := binary.BigEndian.Uint32(data[bytes.Index(data, []byte("pHYs"))+4:])
		if got := int(float64(perMetre)*.0254 + .5); got != want {
			t.Errorf("it says %d dots per inch, want %d", got, want)
		}
	}
}

func TestCSVHoldsTheNumbers(t *testing.T) {
	f, err := Distribution([]*System{testSystem(t, "a,\"b", 50, 1)}, "Bleu_4", Histogram)
	if err != nil {
		t.Fatal(err)
	}
	data, err := f.Table.CSV()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	pictures := 0
	for _, row := range rows[1:] {
		if row[0] != `a,"b` {
			t.Errorf("the system is named %q", row[0])
		}
		var n int
		if _, err := fmt.Sscan(row[3], &n); err != nil {
			t.Fatal(err)
		}
		pictures += n
	}
	if pictures != 50 {
		t.Errorf("the bins hold %d pictures, want 50", pictures)
	}
}

// The CSV of a density draws its curve again: its area is the pictures above
// zero.
func TestCSVHoldsTheCurve(t *testing.T) {
	system := testSystem(t, "a", 200, 1)
	f, err := Distribution([]*System{system}, "Bleu_4", Density)
	if err != nil {
		t.Fatal(err)
	}
	area, last := 0.0, 0.0
	for i, row := range f.Table.Rows[1:] {
		var x, y float64
		if _, err := fmt.Sscan(row[1], &x); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(row[2], &y); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			area += y * (x - last)
		}
		last = x
	}
	if math.Abs(area-1) > .01 {
		t.Errorf("the area below the curve is %v, want 1", area)
	}
	board, err := Scores([]*System{system})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range board.Table.Rows {
		if len(row) != len(board.Table.Columns) {
			t.Errorf("%d numbers in %d columns", len(row), len(board.Table.Columns))
		}
	}
}

func BenchmarkFigures(b *testing.B) {
	system := testSystem(b, "a", 1000, 1)
	for b.Loop() {
		figures, err := Figures([]*System{system}, nil)
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range figures {
			if _, err := f.Encode("png"); err != nil {
				b.Fatal(err)
			}
		}
	}
}
