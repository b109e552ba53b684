package typeset

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// Lettering writes text into pictures, in pixels. It is for one goroutine.
type Lettering struct{ *Shaper }

// NewLettering returns Liberation Sans, size pixels high.
func NewLettering(size float64, bold bool) (*Lettering, error) {
	s, err := NewShaper(size, bold)
	if err != nil {
		return nil, err
	}
	return &Lettering{s}, nil
}

// Width returns how wide text is.
func (l *Lettering) Width(text string) float64 {
	_, width := l.Shaper.Line(text, direction(text))
	return width
}

// ascent and LineHeight are how high letters rise, and the height of a line.
func (l *Lettering) ascent() int     { return int(math.Round(.905 * l.Size)) }
func (l *Lettering) LineHeight() int { return int(math.Ceil(1.149*l.Size)) + 2 }

// Write writes text with its upper left corner at x, y.
func (l *Lettering) Write(to draw.Image, x, y int, c color.Color, text string) {
	glyphs, _ := l.Shaper.Line(text, direction(text))
	for _, g := range glyphs {
		l.glyph(to, float64(x)+g.X, float64(y+l.ascent())-g.Y, c, g)
	}
}

// glyph draws one glyph with its origin at x, y.
func (l *Lettering) glyph(to draw.Image, x, y float64, c color.Color, g Glyph) {
	if picture, ok := g.Picture(); ok {
		box := image.Rect(int(x+Pixels(g.XBearing)), int(y-Pixels(g.YBearing)), int(x+Pixels(g.XBearing+g.Width)+.5), int(y-Pixels(g.YBearing+g.Height)+.5))
		draw.CatmullRom.Scale(to, box, picture, picture.Bounds(), draw.Over, nil)
		return
	}
	at := image.Pt(int(math.Floor(x+Pixels(g.XBearing)))-1, int(math.Floor(y-Pixels(g.YBearing)))-1)
	box := image.Rect(0, 0, int(Pixels(g.Width))+4, int(-Pixels(g.Height))+4)
	pen := vector.NewRasterizer(box.Dx(), box.Dy())
	Trace(g.Outline(), l.Size/float64(g.Face.Upem()), x-float64(at.X), y-float64(at.Y), pen)
	mask := image.NewAlpha(box) // which, unlike the pen, ends where the picture does
	pen.Draw(mask, box, image.Opaque, image.Point{})
	draw.DrawMask(to, box.Add(at), image.NewUniform(c), image.Point{}, mask, image.Point{}, draw.Over)
}

// Picture is the glyph's coloured picture, which emoji have.
func (g Glyph) Picture() (image.Image, bool) {
	data, ok := g.Face.GlyphDataBitmap(g.GlyphID)
	if !ok || data.Format != font.PNG {
		return nil, false
	}
	picture, err := png.Decode(bytes.NewReader(data.Data))
	return picture, err == nil
}

// Pen draws an outline, y downwards.
type Pen interface {
	MoveTo(x, y float32)
	LineTo(x, y float32)
	QuadTo(bx, by, cx, cy float32)
	CubeTo(bx, by, cx, cy, dx, dy float32)
	ClosePath()
}

// Trace draws outline, in units of scale, with its origin at x, y.
func Trace(outline font.GlyphOutline, scale, x, y float64, to Pen) {
	for i, s := range outline.Segments {
		var p [6]float32
		for k, at := range s.Args {
			p[2*k], p[2*k+1] = float32(x+float64(at.X)*scale), float32(y-float64(at.Y)*scale)
		}
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			if i > 0 {
				to.ClosePath()
			}
			to.MoveTo(p[0], p[1])
		case opentype.SegmentOpLineTo:
			to.LineTo(p[0], p[1])
		case opentype.SegmentOpQuadTo:
			to.QuadTo(p[0], p[1], p[2], p[3])
		case opentype.SegmentOpCubeTo:
			to.CubeTo(p[0], p[1], p[2], p[3], p[4], p[5])
		}
	}
	if len(outline.Segments) > 0 {
		to.ClosePath()
	}
}
