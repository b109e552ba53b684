package plots

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/plots/internal/plottest"
)

// goldenResolution keeps golden pictures small, in dots per inch.
const goldenResolution = 96

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
	one := []*System{withReferences(t, "base", plottest.Report(400, 1))}
	three := append([]*System{}, one[0], withReferences(t, "best", plottest.Report(400, 2)), withReferences(t, "ein längerer Name mit <b>", plottest.Report(400, 3)))
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
		{"scores-alike", func() (*Figure, error) { return Scores(longNamed(t)) }},
		{"systems-long-names", func() (*Figure, error) { return Distribution(longNamed(t), "CIDEr", Density) }},
		{"differences-long-names", func() (*Figure, error) {
			return Differences(compared("a baseline that was trained with self-critical epochs and crops", 2))
		}},
		{"grounding", func() (*Figure, error) { return Grounding(grounded(t)), nil }},
		{"differences", func() (*Figure, error) { return Differences(compared("base", 1)) }},
		{"differences-systems", func() (*Figure, error) { return Differences(compared("a baseline", 2)) }},
		{"scaled-curves", func() (*Figure, error) { return Distribution(peakedSystem(t), "ROUGE_L", HistogramAndDensity) }},
		{"loss", func() (*Figure, error) { return Curves([]*History{run})[0], nil }},
		{"scores-by-epoch", func() (*Figure, error) { return Curves([]*History{run, other})[1], nil }},
		{"training", func() (*Figure, error) { return Curves([]*History{run})[2], nil }},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := test.draw()
			if err != nil {
				t.Fatal(err)
			}
			plottest.CheckGolden(t, test.name, figurePicture(t, f))
		})
	}
}

// equalSystem has n pictures of the same score.
func equalSystem(t *testing.T, n int, score float64) []*System {
	t.Helper()
	r := plottest.Report(n, 1)
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

// compared are systems by made-up differences from a baseline.
func compared(baseline string, systems int) []Compared {
	var out []Compared
	for i := range systems {
		c := &evaluate.Comparison{
			Name:        baseline,
			Scores:      map[string]float64{"Bleu_4": .2, "ROUGE_L": .45, "CIDEr": .5},
			Differences: map[string]evaluate.Difference{},
		}
		for key, value := range map[string]float64{"Bleu_4": .02, "ROUGE_L": -.01, "CIDEr": .05 + .02*float64(i)} {
			interval, p := [2]float64{value - .015, value + .015}, .04
			c.Differences[key] = evaluate.Difference{Value: value, Interval: &interval, P: &p}
		}
		out = append(out, Compared{Name: []string{"best", "a system with <b>"}[i], Comparison: c})
	}
	return out
}

// peakedSystem has nearly all pictures at one score, so that a density is far
// higher than the bars.
func peakedSystem(t *testing.T) []*System {
	t.Helper()
	systems := equalSystem(t, 200, .25)
	for i := range systems[0].Series[0].Values {
		systems[0].Series[0].Values[i] += 5e-6 * float64(i)
	}
	return systems
}

func testHistoryRun(t *testing.T, name string) *History {
	t.Helper()
	epochs, err := checkpoint.ParseHistory([]byte(plottest.History))
	if err != nil {
		t.Fatal(err)
	}
	return &History{Name: name, Epochs: epochs}
}
