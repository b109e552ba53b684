package plots

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
)

var update = flag.Bool("update", false, "write the golden pictures instead of comparing with them")

// goldenResolution keeps golden pictures small, in dots per inch.
const goldenResolution = 96

// checkGolden compares picture, pixel by pixel, with testdata/name.png. The
// difference may be 2 of 255, for platforms that fuse multiplications.
func checkGolden(t *testing.T, name string, picture image.Image) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	if *update {
		var out bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&out, picture); err != nil {
			t.Fatal(err)
		}
		if err := writeFile(path, out.Bytes()); err != nil {
			t.Fatal(err)
		}
		return
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	defer file.Close()
	want, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if problem := compareImages(picture, want); problem != "" {
		other := filepath.Join(os.TempDir(), "seetell-"+name+".png")
		var out bytes.Buffer
		if png.Encode(&out, picture) == nil && os.WriteFile(other, out.Bytes(), 0o666) == nil {
			problem += "; the picture now is " + other
		}
		t.Errorf("%s differs: %s", path, problem)
	}
}

func compareImages(got, want image.Image) string {
	if got.Bounds().Size() != want.Bounds().Size() {
		return fmt.Sprintf("it is %v large, want %v", got.Bounds().Size(), want.Bounds().Size())
	}
	different := 0
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			if distance(got, want, x, y) > 2 {
				different++
			}
		}
	}
	if different > 0 {
		return fmt.Sprintf("%d pixels", different)
	}
	return ""
}

// distance is the largest difference of a channel, of 255.
func distance(a, b image.Image, x, y int) int {
	ar, ag, ab, aa := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
	br, bg, bb, ba := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
	largest := 0
	for _, d := range [...]int{int(ar) - int(br), int(ag) - int(bg), int(ab) - int(bb), int(aa) - int(ba)} {
		largest = max(largest, max(d, -d)>>8)
	}
	return largest
}

// figurePicture draws f as its golden picture.
func figurePicture(t *testing.T, f *Figure) image.Image {
	t.Helper()
	data, err := f.encode("png", goldenResolution)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

func TestFiguresLookTheSame(t *testing.T) {
	one := []*System{withReferences(t, "base", testReport(400, 1))}
	three := append([]*System{}, one[0], withReferences(t, "best", testReport(400, 2)), withReferences(t, "ein längerer Name mit <b>", testReport(400, 3)))
	run := testHistoryRun(t, "base")
	other := testHistoryRun(t, "best")
	for i := range other.Epochs {
		other.Epochs[i].Loss *= .9
		other.Epochs[i].Scores["CIDEr"] *= 1.2
	}
	for _, test := range []struct {
		name string
		draw func() (*Figure, error)
	}{
		{"histogram", func() (*Figure, error) { return Distribution(one, "CIDEr", Histogram) }},
		{"density", func() (*Figure, error) { return Distribution(one, "CIDEr", Density) }},
		{"zeros", func() (*Figure, error) { return Distribution(one, "Bleu_4", HistogramAndDensity) }},
		{"systems", func() (*Figure, error) { return Distribution(three, "Bleu_4", HistogramAndDensity) }},
		{"equal", func() (*Figure, error) { return Distribution(equalSystem(t, 5, .25), "ROUGE_L", Density) }},
		{"one-picture", func() (*Figure, error) { return Distribution(equalSystem(t, 1, .25), "ROUGE_L", HistogramAndDensity) }},
		{"all-zero", func() (*Figure, error) { return Distribution(equalSystem(t, 5, 0), "ROUGE_L", HistogramAndDensity) }},
		{"length", func() (*Figure, error) { return Length(one, "CIDEr") }},
		{"length-systems", func() (*Figure, error) { return Length(three, "CIDEr") }},
		{"scores", func() (*Figure, error) { return Scores(one) }},
		{"scores-systems", func() (*Figure, error) { return Scores(three) }},
		{"loss", func() (*Figure, error) { return Curves([]*History{run})[0], nil }},
		{"scores-by-epoch", func() (*Figure, error) { return Curves([]*History{run, other})[1], nil }},
		{"training", func() (*Figure, error) { return Curves([]*History{run})[2], nil }},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := test.draw()
			if err != nil {
				t.Fatal(err)
			}
			checkGolden(t, test.name, figurePicture(t, f))
		})
	}
}

// equalSystem has n pictures of the same score.
func equalSystem(t *testing.T, n int, score float64) []*System {
	t.Helper()
	r := testReport(n, 1)
	r.Scores = map[string]float64{"ROUGE_L": score}
	r.Intervals = nil
	for i := range r.PerImage {
		r.PerImage[i].Scores = map[string]float64{"ROUGE_L": score}
	}
	s, err := NewSystem("equal", r)
	if err != nil {
		t.Fatal(err)
	}
	return []*System{s}
}

func testHistoryRun(t *testing.T, name string) *History {
	t.Helper()
	epochs, err := checkpoint.ParseHistory([]byte(testHistory))
	if err != nil {
		t.Fatal(err)
	}
	return &History{Name: name, Epochs: epochs}
}

func TestAttentionLooksTheSame(t *testing.T) {
	useFonts(t) // whatever this machine has
	long := "a red disc that nobody expected floats slowly over the brightest green grass of the whole wide summer meadow donaudampfschifffahrtsgesellschaft"
	for _, test := range []struct {
		name          string
		width, height int
		caption       string
		grid, part    int
	}{
		{"sheet", 200, 150, "a red disc over grass", 7, 2},
		{"sheet-long", 90, 140, long, 14, 5},
		{"sheet-line", 2000, 1, "a line", 7, 2},
		{"sheet-dot", 1, 1, "a dot ", 7, 2},
		{"sheet-unicode", 120, 120, "красный круг \u202ertl <b> \"&\" 草", 3, 3},
		{"sheet-empty", 120, 90, "", 7, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := testAttention(testPicture(test.width, test.height), test.caption, test.grid)
			sheet, err := a.Sheet()
			if err != nil {
				t.Fatal(err)
			}
			checkGolden(t, test.name, smaller(sheet, test.part))
		})
	}
	t.Run("crop", func(t *testing.T) {
		a := testAttention(testPicture(200, 120), "a disc", 7)
		a.Area = image.Rect(50, 10, 150, 110)
		sheet, err := a.Sheet()
		if err != nil {
			t.Fatal(err)
		}
		checkGolden(t, "sheet-crop", smaller(sheet, 2))
	})
	t.Run("animation", func(t *testing.T) {
		animation, err := testAttention(testPicture(200, 150), "a red disc over grass", 7).GIF()
		if err != nil {
			t.Fatal(err)
		}
		if len(animation.Image) != 6 {
			t.Errorf("%d frames for 5 words, want 6", len(animation.Image))
		}
		checkGolden(t, "frame", animation.Image[2])
	})
}

// smaller makes a sheet part times smaller, so that its golden picture is
// small.
func smaller(sheet image.Image, part int) image.Image {
	return scaled(sheet, sheet.Bounds().Dx()/part, sheet.Bounds().Dy()/part)
}
