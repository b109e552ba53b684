package plots

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

// lettering writes text into pictures, in pixels. It is for one goroutine.
type lettering struct{ *shaper }

// newLettering returns Liberation Sans, size pixels high.
func newLettering(size float64, bold bool) (*lettering, error) {
	s, err := newShaper(size, bold)
	if err != nil {
		return nil, err
	}
	return &lettering{s}, nil
}

// width returns how wide text is.
func (l *lettering) width(text string) float64 {
	_, width := l.shaper.line(text, direction(text))
	return width
}

// ascent and line are how high letters rise, and the height of a line.
func (l *lettering) ascent() int { return int(math.Round(.905 * l.size)) }
func (l *lettering) line() int   { return int(math.Ceil(1.149*l.size)) + 2 }

// write writes text with its upper left corner at x, y.
func (l *lettering) write(to draw.Image, x, y int, c color.Color, text string) {
	glyphs, _ := l.shaper.line(text, direction(text))
	for _, g := range glyphs {
		l.glyph(to, float64(x)+g.x, float64(y+l.ascent())-g.y, c, g)
	}
}

// glyph draws one glyph with its origin at x, y.
func (l *lettering) glyph(to draw.Image, x, y float64, c color.Color, g placedGlyph) {
	if picture, ok := g.picture(); ok {
		box := image.Rect(int(x+pixels(g.XBearing)), int(y-pixels(g.YBearing)), int(x+pixels(g.XBearing+g.Width)+.5), int(y-pixels(g.YBearing+g.Height)+.5))
		draw.CatmullRom.Scale(to, box, picture, picture.Bounds(), draw.Over, nil)
		return
	}
	at := image.Pt(int(math.Floor(x+pixels(g.XBearing)))-1, int(math.Floor(y-pixels(g.YBearing)))-1)
	box := image.Rect(0, 0, int(pixels(g.Width))+4, int(-pixels(g.Height))+4)
	pen := vector.NewRasterizer(box.Dx(), box.Dy())
	trace(g.outline(), l.size/float64(g.face.Upem()), x-float64(at.X), y-float64(at.Y), pen)
	mask := image.NewAlpha(box) // which, unlike the pen, ends where the picture does
	pen.Draw(mask, box, image.Opaque, image.Point{})
	draw.DrawMask(to, box.Add(at), image.NewUniform(c), image.Point{}, mask, image.Point{}, draw.Over)
}

// picture is the glyph's coloured picture, which emoji have.
func (g placedGlyph) picture() (image.Image, bool) {
	data, ok := g.face.GlyphDataBitmap(g.GlyphID)
	if !ok || data.Format != font.PNG {
		return nil, false
	}
	picture, err := png.Decode(bytes.NewReader(data.Data))
	return picture, err == nil
}

// pen draws an outline, y downwards.
type pen interface {
	MoveTo(x, y float32)
	LineTo(x, y float32)
	QuadTo(bx, by, cx, cy float32)
	CubeTo(bx, by, cx, cy, dx, dy float32)
	ClosePath()
}

// trace draws outline, in units of scale, with its origin at x, y.
func trace(outline font.GlyphOutline, scale, x, y float64, to pen) {
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
