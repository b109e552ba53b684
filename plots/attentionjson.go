package plots

import (
	"encoding/json"
	"fmt"
	"image"
	"math"
)

// attentionFormat is the version of the JSON that Attention.JSON writes.
const attentionFormat = 1

// attentionJSON is how attention is written down.
type attentionJSON struct {
	Width          int             `json:"width"` // of the picture, in pixels
	Height         int             `json:"height"`
	Area           [4]int          `json:"area"` // that the grid covers: left, top, right, bottom
	Grid           int             `json:"grid"`
	LogProbability float64         `json:"log_probability"`
	Finished       bool            `json:"finished"`
	Words          []attentionWord `json:"words"`
}

type attentionWord struct {
	Word        string    `json:"word"`
	Probability float64   `json:"probability"`
	Gate        float64   `json:"gate"`
	Weights     []float64 `json:"weights"` // in row order
}

// JSON returns the raw weights of every word: format, caption, width, height,
// area (left, top, right, bottom in pixels), grid, log_probability, finished
// and words, each with word, probability, gate and weights in row order.
func (a *Attention) JSON() ([]byte, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(struct {
		Format  int    `json:"format"`
		Caption string `json:"caption"`
		attentionJSON
	}{attentionFormat, a.Caption(), a.json()})
	return append(text, '\n'), err
}

func (a *Attention) json() attentionJSON {
	bounds, area := a.Picture.Bounds(), a.area()
	area = area.Sub(bounds.Min)
	out := attentionJSON{
		Width: bounds.Dx(), Height: bounds.Dy(), Area: [4]int{area.Min.X, area.Min.Y, area.Max.X, area.Max.Y},
		Grid: a.Grid, LogProbability: a.LogProbability, Finished: a.Finished, Words: []attentionWord{},
	}
	for _, w := range a.Words {
		weights := make([]float64, len(w.Weights))
		for i, v := range w.Weights {
			weights[i] = digits7(v)
		}
		out.Words = append(out.Words, attentionWord{clean(w.Word), digits7(w.Probability), digits7(w.Gate), weights})
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

// attention returns what was written down; its Picture is blank, of the right
// size, where that is sensible.
func (j attentionJSON) attention() (Attention, error) {
	a := Attention{Grid: j.Grid, LogProbability: j.LogProbability, Finished: j.Finished,
		Area: image.Rect(j.Area[0], j.Area[1], j.Area[2], j.Area[3])}
	if j.Width < 1 || j.Height < 1 || j.Grid < 1 || a.Area.Empty() || !a.Area.In(image.Rect(0, 0, j.Width, j.Height)) {
		return a, fmt.Errorf("a picture of %d × %d with a grid of %d over %v", j.Width, j.Height, j.Grid, j.Area)
	}
	a.Picture = blank(image.Rect(0, 0, j.Width, j.Height))
	for _, w := range j.Words {
		a.Words = append(a.Words, AttentionWord(w))
	}
	return a, checkWords(a.Grid, a.Words)
}

// blank is a picture without pixels: attention read from a file knows the size
// of its picture alone.
func blank(bounds image.Rectangle) image.Image {
	picture := image.NewUniform(paper)
	return sized{picture, bounds}
}

type sized struct {
	*image.Uniform
	bounds image.Rectangle
}

func (s sized) Bounds() image.Rectangle { return s.bounds }
