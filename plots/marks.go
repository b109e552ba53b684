package plots

import (
	"fmt"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seetell/seetell/plots/internal/metrics"
	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// mark is one line below a distribution: a point on its axis, with its name
// and value beside it.
type mark struct {
	name      string // before the text, shortened where there is no room
	text      string
	x         float64
	low, high float64 // interval, where high > low
	style     draw.GlyphStyle
	line      draw.LineStyle // through the distribution above; width 0: none
}

func glyph(shape draw.GlyphDrawer, radius vg.Length, i int) draw.GlyphStyle {
	return draw.GlyphStyle{Color: palette.Colour(i), Radius: radius, Shape: shape}
}

// marks lists the lines below the distribution. A single system has its mean
// and median too.
func (d *distribution) marks() []mark {
	var marks []mark
	for i, part := range d.systems {
		s := part.series
		m := mark{text: "corpus " + typeset.Score(s.Score), x: s.Score, style: glyph(diamond{}, 2.8, i), line: line(palette.Colour(i), .8)}
		if len(d.systems) > 1 {
			m.name, m.text = inLine(part.name), " "+typeset.Score(s.Score)
		}
		if len(s.Interval) == 2 {
			m.low, m.high = s.Interval[0], s.Interval[1]
			m.text += fmt.Sprintf(" [%s, %s]", typeset.Score(m.low), typeset.Score(m.high))
		}
		marks = append(marks, m)
		if len(d.systems) == 1 {
			average, middle := metrics.Mean(s.Values), metrics.Median(s.Values)
			marks = append(marks,
				mark{text: "mean " + typeset.Score(average), x: average, style: glyph(draw.CircleGlyph{}, 2.4, i)},
				mark{text: "median " + typeset.Score(middle), x: middle, style: glyph(stick{}, 3.4, i)})
		}
	}
	if h := d.humanMark; h != nil {
		text := h.Name + " " + typeset.Score(h.Score)
		if fewer := d.systems[0].series.Fewer; fewer != nil && len(d.systems) == 1 {
			text = fmt.Sprintf("human* %s, system* %s", typeset.Score(h.Score), typeset.Score(fewer.Score))
		}
		marks = append(marks, mark{text: text, x: h.Score,
			style: draw.GlyphStyle{Color: palette.Muted, Radius: 3, Shape: draw.PyramidGlyph{}}, line: humanLine})
	}
	if d.floor != nil {
		marks = append(marks, mark{text: d.floor.Name + " " + typeset.Score(d.floor.Score), x: d.floor.Score,
			style: draw.GlyphStyle{Color: palette.Muted, Radius: 2.6, Shape: draw.CrossGlyph{}}, line: floorLine})
	}
	return marks
}

// shortNumber writes v with the digits it needs, six at most.
func shortNumber(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// marker draws marks in a strip of that many points above the axis.
type marker struct {
	marks []mark
	strip float64
}

func (m marker) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := aligned(sans(smallSize, palette.Ink), draw.XLeft, draw.YCenter)
	for i, k := range m.marks {
		at := vg.Point{X: x(k.x), Y: y(0) - vg.Length(9+markHeight*float64(i))}
		if k.line.Width > 0 {
			guide := k.line
			guide.Width = .6
			c.StrokeLine2(guide, at.X, at.Y, at.X, y(p.Y.Max))
		}
	}
	for i, k := range m.marks {
		at := vg.Point{X: x(k.x), Y: y(0) - vg.Length(9+markHeight*float64(i))}
		right := at.X + 6
		if k.high > k.low {
			k.whisker(c, x(k.low), x(k.high), at.Y)
			right = max(right, x(k.high)+4)
		}
		c.DrawGlyph(k.style, at)
		m.label(c, style, k, at, right, x(k.low))
	}
}

// whisker draws the interval of a mark.
func (k mark) whisker(c draw.Canvas, low, high, y vg.Length) {
	style := line(k.style.Color.(rgba), 1)
	c.StrokeLine2(style, low, y, high, y)
	c.StrokeLine2(style, low, y-2.5, low, y+2.5)
	c.StrokeLine2(style, high, y-2.5, high, y+2.5)
}

// label writes the mark's name and text at its right, or at its left where that
// has more room.
func (m marker) label(c draw.Canvas, style textStyle, k mark, at vg.Point, right, low vg.Length) {
	left := at.X - 6
	if k.high > k.low {
		left = min(left, low-4)
	}
	x, room := right, c.Max.X-right
	if style.Width(k.name+k.text) > room && left-c.Min.X > room {
		x, room = left, left-c.Min.X
		style.XAlign = draw.XRight
	}
	m.write(c, style, vg.Point{X: x, Y: at.Y + 1}, k.within(style, room))
}

// within returns the mark's name, as much as there is room for, and its text.
func (k mark) within(style textStyle, room vg.Length) string {
	measure := func(s string) float64 { return style.Width(s).Points() }
	name := typeset.Shorten(k.name, (room - style.Width(k.text)).Points(), measure)
	return typeset.Shorten(name+k.text, room.Points(), measure)
}

// write writes text over the guides of other marks.
func (marker) write(c draw.Canvas, style textStyle, at vg.Point, text string) {
	box := style.Rectangle(text).Add(at)
	c.SetColor(palette.Paper)
	c.Fill(box.Path())
	c.FillText(style, at, text)
}
