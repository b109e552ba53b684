package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/typeset"
)

type (
	rgba      = color.RGBA
	textStyle = text.Style
)

var (
	humanLine = dashed(palette.Muted, 1.2, 4, 2.5)
	floorLine = dashed(palette.Muted, 1, 1, 2)
)

// systemDashes tells systems apart where colours do not.
var systemDashes = [][]vg.Length{nil, {6, 2}, {2, 1.5}, {6, 2, 1.5, 2}, {9, 3}, {1, 1}}

func systemLine(i int) draw.LineStyle {
	return dashed(palette.Colour(i), 1.6, systemDashes[i%len(systemDashes)]...)
}

// gridLines rules the panel at each tick of the vertical axis.
type gridLines struct{}

func (gridLines) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if at := y(t.Value); !t.IsMinor() && c.ContainsY(at) {
			c.StrokeLine2(line(palette.Rule, .6), c.Min.X, at, c.Max.X, at)
		}
	}
}

// baseLine rules the panel at zero.
type baseLine struct{}

func (baseLine) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	c.StrokeLine2(line(palette.Ink, .6), c.Min.X, y(0), c.Max.X, y(0))
}

// bars draws a histogram, filled or, where several share a panel, as a line of
// steps.
type bars struct {
	part   *distributed
	colour rgba
	filled bool
}

func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	steps := []vg.Point{{X: x(0), Y: y(0)}}
	for i, n := range b.part.bins.Counts {
		if float64(i)*b.part.bins.Width > p.X.Max*(1-1e-9) {
			break // beyond the axis
		}
		left, right := x(float64(i)*b.part.bins.Width), min(x(float64(i+1)*b.part.bins.Width), c.Max.X)
		top := y(b.part.percent(float64(n)))
		if b.filled && n > 0 {
			box := []vg.Point{{X: left, Y: y(0)}, {X: left, Y: top}, {X: right, Y: top}, {X: right, Y: y(0)}}
			c.FillPolygon(palette.Tint(b.colour, .38), box)
			c.StrokeLines(line(palette.Paper, .7), append(box, box[0]))
		}
		steps = append(steps, vg.Point{X: left, Y: top}, vg.Point{X: right, Y: top})
	}
	if !b.filled {
		c.StrokeLines(line(b.colour, 1), append(steps, vg.Point{X: steps[len(steps)-1].X, Y: y(0)}))
	}
}

// curve draws a line through points, its area tinted where fill is set.
type curve struct {
	x, y  []float64
	style draw.LineStyle
	fill  bool
}

func (l curve) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	points := make([]vg.Point, len(l.x))
	for i := range points {
		points[i] = vg.Point{X: x(l.x[i]), Y: y(l.y[i])}
	}
	if l.fill {
		area := append([]vg.Point{{X: points[0].X, Y: y(0)}}, points...)
		area = append(area, vg.Point{X: points[len(points)-1].X, Y: y(0)})
		c.FillPolygon(palette.Tint(l.style.Color.(rgba), .25), area)
	}
	c.StrokeLines(l.style, points)
}

// column is one bar with its value above it.
type column struct {
	x, value float64
	colour   rgba
	open     bool // outlined, not filled
}

func (b column) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	left, right, top := x(b.x-.36), x(b.x+.36), y(b.value)
	box := []vg.Point{{X: left, Y: y(0)}, {X: left, Y: top}, {X: right, Y: top}, {X: right, Y: y(0)}}
	if b.open {
		c.StrokeLines(humanLine, box)
	} else {
		c.FillPolygon(palette.Tint(b.colour, .6), box)
	}
	style := aligned(sans(smallSize-1, palette.Ink), draw.XCenter, draw.YBottom)
	c.FillText(style, vg.Point{X: x(b.x), Y: top + 2}, shareText(b.value))
}

// shareText writes a percentage, with a decimal where it is small.
func shareText(percent float64) string {
	if percent > 0 && percent < 9.95 {
		return typeset.Number(percent, 1)
	}
	return typeset.Number(percent, 0)
}

// diamond and stick are glyphs that gonum has not.
type (
	diamond struct{}
	stick   struct{}
)

func (diamond) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	r := s.Radius
	c.FillPolygon(s.Color, []vg.Point{{X: at.X - r, Y: at.Y}, {X: at.X, Y: at.Y + r}, {X: at.X + r, Y: at.Y}, {X: at.X, Y: at.Y - r}})
}

func (stick) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	c.StrokeLine2(line(s.Color.(rgba), 1.8), at.X, at.Y-s.Radius, at.X, at.Y+s.Radius)
}
