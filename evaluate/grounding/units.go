package grounding

import (
	"math"
	"slices"
)

// Box is where a thing of a category is, in shares of the picture's sides, from
// the upper left.
type Box struct {
	Category            string
	X, Y, Width, Height float64
}

// Word is a word of a caption and the weights of the places, a square of them in
// row order.
type Word struct {
	Text    string
	Weights []float64
}

// Unit is a word that names what boxes show.
type Unit struct {
	Word     string
	Class    string // a category that it names here
	Area     float64
	Inside   float64
	Pointing float64
	Blob     float64
	Centre   float64 // whether the picture's middle is inside
}

// side of the raster, in points.
const side = 56

// largestArea is the share of a picture above which things are everywhere.
const largestArea = .6

// Names says which categories a word may name.
type Names map[string][]string

// Units measures the words of a caption that name what is in the picture.
func (n Names) Units(boxes []Box, words []Word) (units []Unit) {
	for _, w := range words {
		categories, ok := n[w.Text]
		if !ok {
			continue
		}
		mask, area, class := inside(boxes, categories)
		if area == 0 || area > largestArea {
			continue
		}
		units = append(units, unit(w, class, area, mask))
	}
	return units
}

// Around measures the words of a caption that are among places: they name what is
// around the boxes, so that inside means outside of all of them.
func Around(boxes []Box, words []Word, places []string) (units []Unit) {
	if len(boxes) == 0 {
		return nil
	}
	mask, area, _ := inside(boxes, nil)
	for i := range mask {
		mask[i] = !mask[i]
	}
	for _, w := range words {
		if slices.Contains(places, w.Text) && area < 1 {
			units = append(units, unit(w, w.Text, 1-area, mask))
		}
	}
	return units
}

func unit(w Word, class string, area float64, mask []bool) Unit {
	u := measure(w.Weights, mask)
	u.Word, u.Class, u.Area = w.Text, class, area
	return u
}

// inside marks the points of the raster that lie in a box of one of the
// categories, nil for any, and returns their share and the first category that is
// there.
func inside(boxes []Box, categories []string) (mask []bool, area float64, class string) {
	mask = make([]bool, side*side)
	for _, box := range boxes {
		if categories != nil && !slices.Contains(categories, box.Category) {
			continue
		}
		if class == "" {
			class = box.Category
		}
		for i := range mask {
			x, y := middle(i%side), middle(i/side)
			mask[i] = mask[i] || x >= box.X && x < box.X+box.Width && y >= box.Y && y < box.Y+box.Height
		}
	}
	count := 0
	for _, in := range mask {
		if in {
			count++
		}
	}
	return mask, float64(count) / float64(len(mask)), class
}

// middle is where a point of the raster lies.
func middle(i int) float64 { return (float64(i) + .5) / side }

// measure compares the weights of a square of places with a mask.
func measure(weights []float64, mask []bool) (u Unit) {
	grid := int(math.Sqrt(float64(len(weights))))
	largest := slices.Max(weights)
	if mask[side/2*side+side/2] {
		u.Centre = 1
	}
	var sum, blobs float64
	var top, topInside int
	for i, in := range mask {
		x, y := middle(i%side), middle(i/side)
		weight := weights[int(y*float64(grid))*grid+int(x*float64(grid))]
		blob := math.Exp(-8 * ((x-.5)*(x-.5) + (y-.5)*(y-.5)))
		sum, blobs = sum+weight, blobs+blob
		if weight == largest {
			top++
		}
		if !in {
			continue
		}
		u.Inside, u.Blob = u.Inside+weight, u.Blob+blob
		if weight == largest {
			topInside++
		}
	}
	u.Inside, u.Blob, u.Pointing = u.Inside/sum, u.Blob/blobs, float64(topInside)/float64(top)
	return u
}
