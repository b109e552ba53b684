package picture

import (
	"fmt"
	"image"
)

// Preprocessing is how a picture becomes the model's input. It is stored in
// every checkpoint, so that use sees what training saw. The numbers of a
// channel are its bytes over 255, minus Mean, over Std.
type Preprocessing struct {
	Size int        `json:"size"` // side of the square, in pixels
	Mode string     `json:"mode"` // Squash or Crop
	Mean [3]float32 `json:"mean"`
	Std  [3]float32 `json:"std"`
}

// The modes of Preprocessing: Squash resizes the whole frame to the square,
// Crop resizes the shorter side to Size*256/224 and takes the centre.
const (
	Squash = "squash"
	Crop   = "crop"
)

// DefaultPreprocessing returns 224 pixels, squashed, with the means and
// deviations of ImageNet as torchvision states them.
func DefaultPreprocessing() Preprocessing {
	return Preprocessing{Size: 224, Mode: Squash,
		Mean: [3]float32{.485, .456, .406}, Std: [3]float32{.229, .224, .225}}
}

// Validate returns an error that says what is wrong with the values.
func (p Preprocessing) Validate() error {
	if p.Size < 1 || p.Size > 4096 {
		return fmt.Errorf("size %d: must be from 1 to 4096", p.Size)
	}
	if p.Mode != Squash && p.Mode != Crop {
		return fmt.Errorf("mode %q: give %s or %s", p.Mode, Squash, Crop)
	}
	for c := range 3 {
		if !(p.Std[c] > 0) || p.Mean[c] != p.Mean[c] {
			return fmt.Errorf("pictures are normalised by mean %v and deviation %v: deviations must be above 0", p.Mean, p.Std)
		}
	}
	return nil
}

// Apply returns the picture as Size x Size pixels.
func (p Preprocessing) Apply(m *Picture) *Picture {
	out := New(p.Size, p.Size)
	new(Resizer).Preprocess(p, m, out.Pixels)
	return out
}

// Preprocess is Apply into out, of Size*Size*3 bytes.
func (r *Resizer) Preprocess(p Preprocessing, m *Picture, out []uint8) {
	if !m.whole() || !possible(p.Size, p.Size) {
		return
	}
	if p.Mode != Crop {
		r.Resize(m, m.Bounds(), p.Size, p.Size, out)
		return
	}
	width, height := cropSize(m.Width, m.Height, p.Side())
	r.part(m, m.Bounds(), width, height, centre(width, height, p.Size), out)
}

// cropSize returns the size with the shorter side given, as
// torchvision's Resize computes it: the longer side is cut to an integer.
func cropSize(width, height, short int) (int, int) {
	if width <= height {
		return short, max(short*height/width, 1)
	}
	return max(short*width/height, 1), short
}

// centre returns the middle size x size pixels, as torchvision's CenterCrop
// places them.
func centre(width, height, size int) image.Rectangle {
	left, top := roundHalfEven(width-size), roundHalfEven(height-size)
	return image.Rect(left, top, left+size, top+size)
}

// roundHalfEven returns n/2 as Python's round gives it.
func roundHalfEven(n int) int {
	half := n / 2
	return half + n&1&half
}

// View returns what the model gets to see of a picture of width x height: all
// of it, or the middle of a crop.
func (p Preprocessing) View(width, height int) image.Rectangle {
	if p.Mode != Crop {
		return image.Rect(0, 0, width, height)
	}
	side := max(1, min(width, height)*224/256)
	left, top := (width-side)/2, (height-side)/2
	return image.Rect(left, top, left+side, top+side)
}

// Side returns the shorter side that a picture needs in order not to be
// enlarged.
func (p Preprocessing) Side() int {
	if p.Mode == Crop {
		return p.Size * 256 / 224
	}
	return p.Size
}
