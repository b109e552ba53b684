// Package attention draws where a captioner looked: a sheet with a map over the
// picture for each word, an animation, and the numbers as JSON.
//
// It needs no tensors. Whoever captioned fills in Maps; Save writes them all.
package attention

import (
	"errors"
	"fmt"
	"image"
	"math"
	"strings"

	"github.com/seetell/seetell/plots/internal/typeset"
)

// Maps is where a captioner looked while it wrote a caption, a map for each
// word.
type Maps struct {
	Picture image.Image
	// Area is the part of Picture that the grid covers; empty means all of it.
	Area  image.Rectangle
	Grid  int // places along each side
	Words []Word
	// LogProbability is the caption's, in nats; Finished is false for a caption
	// that was cut off. They are written down, and change no picture.
	LogProbability float64
	Finished       bool
}

// Word is a word with what the captioner saw when it said it.
type Word struct {
	Word        string
	Probability float64   // of the word, given those before it
	Gate        float64   // mean value of the gate on what was seen, in [0, 1]
	Weights     []float64 // Grid² places in row order, of sum 1
}

// Caption returns the words joined by spaces.
func (a *Maps) Caption() string {
	words := make([]string, len(a.Words))
	for i, w := range a.Words {
		words[i] = typeset.Clean(w.Word)
	}
	return strings.Join(words, " ")
}

// Validate checks that the maps fit the picture and hold numbers.
func (a *Maps) Validate() error {
	if a.Picture == nil || a.Picture.Bounds().Empty() {
		return errors.New("attention: there is no picture")
	}
	if a.Grid < 1 {
		return fmt.Errorf("attention: a grid of %d places a side", a.Grid)
	}
	if !a.Area.Empty() && !a.Area.In(a.Picture.Bounds()) {
		return fmt.Errorf("attention: the area %v is not inside the picture %v", a.Area, a.Picture.Bounds())
	}
	return checkWords(a.Grid, a.Words)
}

func checkWords(grid int, words []Word) error {
	for i, w := range words {
		if len(w.Weights) != grid*grid {
			return fmt.Errorf("attention: word %d (%q) has %d weights for a grid of %d × %d", i+1, typeset.Clean(w.Word), len(w.Weights), grid, grid)
		}
		for _, v := range append([]float64{w.Probability, w.Gate}, w.Weights...) {
			if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
				return fmt.Errorf("attention: word %d (%q) has the value %v", i+1, typeset.Clean(w.Word), v)
			}
		}
	}
	return nil
}

// Largest is the largest weight of any word: one scale per picture, so that the
// maps of its words compare.
func (a *Maps) Largest() float64 {
	largest := 0.0
	for _, w := range a.Words {
		for _, v := range w.Weights {
			largest = max(largest, v)
		}
	}
	if largest == 0 {
		return 1
	}
	return largest
}

// Covered is the part of the picture that the grid covers, from its corner.
func (a *Maps) Covered() image.Rectangle {
	if a.Area.Empty() {
		return a.Picture.Bounds()
	}
	return a.Area
}
