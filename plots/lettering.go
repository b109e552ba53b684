package plots

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// lettering writes text into pictures, in pixels. It is for one goroutine.
type lettering struct{ face font.Face }

var parsedFonts = sync.OnceValues(func() ([2]*opentype.Font, error) {
	regular, err := opentype.Parse(liberationsansregular.TTF)
	if err != nil {
		return [2]*opentype.Font{}, fmt.Errorf("read the built-in font: %w", err)
	}
	bold, err := opentype.Parse(liberationsansbold.TTF)
	if err != nil {
		return [2]*opentype.Font{}, fmt.Errorf("read the built-in font: %w", err)
	}
	return [2]*opentype.Font{regular, bold}, nil
})

// newLettering returns Liberation Sans, size pixels high.
func newLettering(size float64, bold bool) (*lettering, error) {
	fonts, err := parsedFonts()
	if err != nil {
		return nil, err
	}
	f := fonts[0]
	if bold {
		f = fonts[1]
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		return nil, err
	}
	return &lettering{face}, nil
}

// width returns how wide text is.
func (l *lettering) width(text string) float64 {
	return float64(font.MeasureString(l.face, text)) / 64
}

// line returns the height of a line.
func (l *lettering) line() int { return l.face.Metrics().Height.Ceil() + 2 }

// write writes text with its upper left corner at x, y.
func (l *lettering) write(to draw.Image, x, y int, c color.Color, text string) {
	d := font.Drawer{Dst: to, Src: image.NewUniform(c), Face: l.face,
		Dot: fixed.Point26_6{X: fixed.I(x), Y: fixed.I(y) + l.face.Metrics().Ascent}}
	d.DrawString(text)
}
