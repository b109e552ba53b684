package plots

import (
	"image"
	"unicode"

	"github.com/go-text/typesetting/di"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/bidi"
	"gonum.org/v1/plot"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/seetell/seetell/plots/internal/typeset"
)

// figureText writes the text of figures. What a format cannot write as text, or
// Liberation Sans cannot write at all, is drawn as shapes with whatever font
// has it; but SVG's reader has fonts, and gets all text as text.
type figureText struct{ text.Handler }

var figureHandler = figureText{plot.DefaultTextHandler}

// Box returns the size of txt above and below its base line.
func (h figureText) Box(txt string, f plotfont.Font) (width, height, depth vg.Length) {
	width, height, depth = h.Handler.Box(txt, f)
	if !isPlain(txt) {
		if s, err := typeset.NewShaper(f.Size.Points(), false); err == nil {
			_, points := s.Line(txt, di.DirectionLTR)
			width = vg.Length(points)
		}
	}
	return width, height, depth
}

// Draw draws txt at pt on c.
func (h figureText) Draw(c vg.Canvas, txt string, style text.Style, pt vg.Point) {
	c = whole(c)
	_, isSVG := c.(*vgsvg.Canvas)
	_, isPDF := c.(*vgpdf.Canvas)
	if isSVG || isPlain(txt) && !isPDF {
		h.Handler.Draw(c, txt, style, pt)
		return
	}
	width, _, _ := h.Box(txt, style.Font)
	pt.X += vg.Length(style.XAlign) * width
	pt.Y += vg.Length(style.YAlign)*style.Height(txt) - h.Extents(style.Font).Ascent + style.Font.Size
	c.SetColor(style.Color)
	if western, err := charmap.Windows1252.NewEncoder().String(txt); err == nil && isPlain(txt) {
		c.FillString(h.Cache().Lookup(style.Font, style.Font.Size), pt, western) // as gonum's PDF has it
		return
	}
	s, err := typeset.NewShaper(style.Font.Size.Points(), false)
	if err != nil {
		return
	}
	glyphs, _ := s.Line(txt, di.DirectionLTR)
	for _, g := range glyphs {
		drawShape(c, g, s.Size, pt)
	}
}

// whole is the canvas that c is a part of.
func whole(c vg.Canvas) vg.Canvas {
	for {
		switch part := c.(type) {
		case *draw.Canvas:
			c = part.Canvas
		case draw.Canvas:
			c = part.Canvas
		default:
			return c
		}
	}
}

// drawShape draws a glyph of the line that begins at pt.
func drawShape(c vg.Canvas, g typeset.Glyph, size float64, pt vg.Point) {
	x, y := pt.X+vg.Length(g.X), pt.Y+vg.Length(g.Y)
	if picture, ok := g.Picture(); ok {
		left, top := x+vg.Length(typeset.Pixels(g.XBearing)), y+vg.Length(typeset.Pixels(g.YBearing))
		drawPicture(c, vg.Rectangle{
			Min: vg.Point{X: left, Y: top + vg.Length(typeset.Pixels(g.Height))},
			Max: vg.Point{X: left + vg.Length(typeset.Pixels(g.Width)), Y: top},
		}, picture)
		return
	}
	var shape vgPen
	typeset.Trace(g.Outline(), size/float64(g.Face.Upem()), x.Points(), -y.Points(), &shape)
	if len(shape.Path) > 0 {
		c.Fill(shape.Path)
	}
}

// drawPicture draws a picture upright; gonum's PDF has it upside down.
func drawPicture(c vg.Canvas, at vg.Rectangle, picture image.Image) {
	c.Push()
	defer c.Pop()
	if _, isPDF := c.(*vgpdf.Canvas); isPDF {
		c.Translate(vg.Point{Y: at.Min.Y + at.Max.Y})
		c.Scale(1, -1)
	}
	c.DrawImage(at, picture)
}

// vgPen is a pen that draws a path, whose y grows upwards.
type vgPen struct{ vg.Path }

func (p *vgPen) point(x, y float32) vg.Point { return vg.Point{X: vg.Length(x), Y: vg.Length(-y)} }

func (p *vgPen) MoveTo(x, y float32)           { p.Move(p.point(x, y)) }
func (p *vgPen) LineTo(x, y float32)           { p.Line(p.point(x, y)) }
func (p *vgPen) QuadTo(bx, by, cx, cy float32) { p.Path.QuadTo(p.point(bx, by), p.point(cx, cy)) }
func (p *vgPen) CubeTo(bx, by, cx, cy, dx, dy float32) {
	p.Path.CubeTo(p.point(bx, by), p.point(cx, cy), p.point(dx, dy))
}
func (p *vgPen) ClosePath() { p.Close() }

// isPlain reports whether Liberation Sans has all of text and writes it from
// left to right, character by character.
func isPlain(text string) bool {
	fonts, err := typeset.Builtin()
	if err != nil {
		return true
	}
	for _, r := range text {
		properties, _ := bidi.LookupRune(r)
		class := properties.Class()
		_, has := fonts[0].NominalGlyph(r)
		if !has || unicode.Is(unicode.M, r) || class == bidi.R || class == bidi.AL {
			return false
		}
	}
	return true
}

// inLine returns a name for a text that goes on after it: a mark without width
// keeps numbers after a name that is written from right to left at its right.
func inLine(name string) string {
	if typeset.RightToLeft(name) {
		return name + "\u200E"
	}
	return name
}
