package loader

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"strings"
	"unicode"

	"github.com/seetell/seetell/picture"
)

// Augmentation varies training pictures. What is done to a picture is drawn
// from the loader's seed, the epoch and the picture's row. The zero value
// changes nothing.
type Augmentation struct {
	// CropScale, if above 0, takes a random part of the picture: between
	// CropScale and 1 of its area, its sides in a ratio of 3:4 to 4:3
	// (torchvision's RandomResizedCrop).
	CropScale float64
	// Flip mirrors every other picture left to right: FlipKeep those whose
	// captions name neither side, FlipSwap any, with left and right swapped
	// in its captions. Empty: none.
	Flip string
	// Jitter, if above 0, multiplies brightness, contrast and saturation each
	// by a number between 1-Jitter and 1+Jitter.
	Jitter float64
}

// The values of Augmentation.Flip.
const (
	FlipKeep = "keep"
	FlipSwap = "swap"
)

// Deterministic tells whether a picture and its mirror image are all that there is
// of it, the same in every epoch.
func (a Augmentation) Deterministic() bool { return a.CropScale == 0 && a.Jitter == 0 }

// Validate returns an error that says what is wrong with the values.
func (a Augmentation) Validate() error {
	switch {
	case !(a.CropScale >= 0 && a.CropScale <= 1):
		return fmt.Errorf("crop scale %v: must be from 0, for none, to 1", a.CropScale)
	case a.Flip != "" && a.Flip != FlipKeep && a.Flip != FlipSwap:
		return fmt.Errorf("flip %q: give %s or %s, or nothing", a.Flip, FlipKeep, FlipSwap)
	case !(a.Jitter >= 0 && a.Jitter < 1):
		return fmt.Errorf("jitter %v: must be from 0 to below 1", a.Jitter)
	}
	return nil
}

// change is what was drawn for one picture in one epoch.
type change struct {
	crop, flip                       bool
	areas, ratios                    [10]float64 // tries at a crop, each between 0 and 1
	left, top                        float64     // of the crop, between 0 and 1
	scale                            float64
	brightness, contrast, saturation float64
}

// draw returns what happens to an item. Every number is drawn whether it is
// used or not, so that one option does not disturb the others.
func (a Augmentation) draw(seed int64, epoch int, item pair) change {
	if a == (Augmentation{}) {
		return change{}
	}
	mixed := uint64(item.row)<<20 ^ uint64(item.caption+1)<<50 ^ uint64(epoch)
	random := rand.New(rand.NewPCG(uint64(seed)^0x5ee7e11, mixed))
	c := change{crop: a.CropScale > 0, scale: a.CropScale}
	for i := range c.areas {
		c.areas[i], c.ratios[i] = random.Float64(), random.Float64()
	}
	c.left, c.top = random.Float64(), random.Float64()
	c.flip = random.IntN(2) == 1 && a.Flip != ""
	for _, factor := range []*float64{&c.brightness, &c.contrast, &c.saturation} {
		*factor = 1 + a.Jitter*(2*random.Float64()-1)
	}
	return c
}

// box returns the part of p to take: the first try that fits, else all of it.
func (c change) box(p *picture.Picture) image.Rectangle {
	for i := range c.areas {
		area := float64(p.Width) * float64(p.Height) * (c.scale + c.areas[i]*(1-c.scale))
		ratio := math.Exp((2*c.ratios[i] - 1) * math.Log(4.0/3))
		w, h := int(math.Round(math.Sqrt(area*ratio))), int(math.Round(math.Sqrt(area/ratio)))
		if w >= 1 && h >= 1 && w <= p.Width && h <= p.Height {
			left, top := int(c.left*float64(p.Width-w+1)), int(c.top*float64(p.Height-h+1))
			return image.Rect(left, top, left+w, top+h)
		}
	}
	return p.Bounds()
}

// jitter changes the colours of RGB pixels: brightness, then contrast about
// the mean grey, then saturation about each pixel's grey.
func (c change) jitter(pixels []uint8) {
	if c.brightness == 1 && c.contrast == 1 && c.saturation == 1 || c.brightness == 0 {
		return
	}
	var sum float64
	for i := 0; i < len(pixels); i += 3 {
		sum += grey(pixels[i:])
	}
	mean := c.brightness * sum / float64(len(pixels)/3)
	for i := 0; i < len(pixels); i += 3 {
		pixel := pixels[i : i+3]
		own := mean + c.contrast*(c.brightness*grey(pixel)-mean)
		for channel, value := range pixel {
			level := mean + c.contrast*(c.brightness*float64(value)-mean)
			level = own + c.saturation*(level-own)
			pixel[channel] = uint8(math.Round(min(max(level, 0), 255)))
		}
	}
}

// grey is the brightness of an RGB pixel (ITU-R BT.601).
func grey(pixel []uint8) float64 {
	return .299*float64(pixel[0]) + .587*float64(pixel[1]) + .114*float64(pixel[2])
}

// flip mirrors a square picture left to right.
func flip(pixels []uint8, size int) {
	for row := pixels; len(row) > 0; row = row[size*3:] {
		for i, j := 0, (size-1)*3; i < j; i, j = i+3, j-3 {
			for c := range 3 {
				row[i+c], row[j+c] = row[j+c], row[i+c]
			}
		}
	}
}

// mirrored returns the captions of a mirrored picture, and whether it may be
// mirrored at all.
func (a Augmentation) mirrored(captions []string) ([]string, bool) {
	turned := make([]string, len(captions))
	for i, caption := range captions {
		turned[i] = swapSides(caption)
		if turned[i] != caption && a.Flip == FlipKeep {
			return captions, false
		}
	}
	return turned, true
}

// swapSides swaps left and right where they stand as whole words, and keeps
// their capitals.
func swapSides(caption string) string {
	var out strings.Builder
	for len(caption) > 0 {
		end := strings.IndexFunc(caption, func(r rune) bool { return !unicode.IsLetter(r) })
		switch {
		case end < 0:
			end = len(caption)
		case end == 0:
			end = strings.IndexFunc(caption, unicode.IsLetter)
			if end < 0 {
				end = len(caption)
			}
		}
		out.WriteString(swapSide(caption[:end]))
		caption = caption[end:]
	}
	return out.String()
}

var otherSide = map[string]string{"left": "right", "right": "left", "Left": "Right", "Right": "Left", "LEFT": "RIGHT", "RIGHT": "LEFT"}

func swapSide(word string) string {
	if other, ok := otherSide[word]; ok {
		return other
	}
	return word
}
