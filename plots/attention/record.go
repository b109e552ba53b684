package attention

import (
	"encoding/json"
	"fmt"
	"image"
	"math"

	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// format is the version of the JSON that Attention.JSON writes.
const format = 1

// Record is how attention is written down.
type Record struct {
	Width          int            `json:"width"` // of the picture, in pixels
	Height         int            `json:"height"`
	Area           [4]int         `json:"area"` // that the grid covers: left, top, right, bottom
	Grid           int            `json:"grid"`
	LogProbability float64        `json:"log_probability"`
	Finished       bool           `json:"finished"`
	Words          []recordedWord `json:"words"`
}

type recordedWord struct {
	Word        string    `json:"word"`
	Probability float64   `json:"probability"`
	Gate        float64   `json:"gate"`
	Weights     []float64 `json:"weights"` // in row order
}

// JSON returns the raw weights of every word: format, caption, width, height,
// area (left, top, right, bottom in pixels), grid, log_probability, finished
// and words, each with word, probability, gate and weights in row order.
func (a *Maps) JSON() ([]byte, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(struct {
		Format  int    `json:"format"`
		Caption string `json:"caption"`
		Record
	}{format, a.Caption(), a.Record()})
	return append(text, '\n'), err
}

// Record returns the maps as they are written down.
func (a *Maps) Record() Record {
	bounds, area := a.Picture.Bounds(), a.Covered()
	area = area.Sub(bounds.Min)
	out := Record{
		Width: bounds.Dx(), Height: bounds.Dy(), Area: [4]int{area.Min.X, area.Min.Y, area.Max.X, area.Max.Y},
		Grid: a.Grid, LogProbability: a.LogProbability, Finished: a.Finished, Words: []recordedWord{},
	}
	for _, w := range a.Words {
		weights := make([]float64, len(w.Weights))
		for i, v := range w.Weights {
			weights[i] = digits7(v)
		}
		out.Words = append(out.Words, recordedWord{typeset.Clean(w.Word), digits7(w.Probability), digits7(w.Gate), weights})
	}
	return out
}

// digits7 keeps what a float32 has: about seven digits.
func digits7(v float64) float64 {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return v
	}
	unit := math.Pow(10, 6-math.Floor(math.Log10(math.Abs(v))))
	if math.IsInf(unit, 0) {
		return v
	}
	return math.Round(v*unit) / unit
}

// Maps returns what was written down; its Picture is blank, of the right
// size, where that is sensible.
func (j Record) Maps() (Maps, error) {
	a := Maps{Grid: j.Grid, LogProbability: j.LogProbability, Finished: j.Finished,
		Area: image.Rect(j.Area[0], j.Area[1], j.Area[2], j.Area[3])}
	if j.Width < 1 || j.Height < 1 || j.Grid < 1 || a.Area.Empty() || !a.Area.In(image.Rect(0, 0, j.Width, j.Height)) {
		return a, fmt.Errorf("a picture of %d × %d with a grid of %d over %v", j.Width, j.Height, j.Grid, j.Area)
	}
	a.Picture = blank(image.Rect(0, 0, j.Width, j.Height))
	for _, w := range j.Words {
		a.Words = append(a.Words, Word(w))
	}
	return a, checkWords(a.Grid, a.Words)
}

// blank is a picture without pixels: attention read from a file knows the size
// of its picture alone.
func blank(bounds image.Rectangle) image.Image {
	picture := image.NewUniform(palette.Paper)
	return sized{picture, bounds}
}

type sized struct {
	*image.Uniform
	bounds image.Rectangle
}

func (s sized) Bounds() image.Rectangle { return s.bounds }
