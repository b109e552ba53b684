package plots

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// legend names systems along the top of c and returns the canvas below.
func legend(c draw.Canvas, names []string) draw.Canvas {
	tracks := make([]track, len(names))
	for i, name := range names {
		tracks[i] = track{name: name, style: systemLine(i), shape: diamond{}}
	}
	return trackLegend(c, tracks)
}

// trackLegend names lines along the top of c, in rows, and returns the canvas
// below.
func trackLegend(c draw.Canvas, tracks []track) draw.Canvas {
	const thumb, gap, row = 20, 14, smallSize + 4
	style := aligned(sans(smallSize, palette.Ink), draw.XLeft, draw.YTop)
	x, y := c.Min.X, c.Max.Y
	for _, t := range tracks {
		room := c.Size().X - thumb - gap
		name := typeset.Shorten(typeset.Clean(t.name), room.Points(), func(s string) float64 { return style.Width(s).Points() })
		width := thumb + 4 + style.Width(name) + gap
		if x > c.Min.X && x+width-gap > c.Max.X {
			x, y = c.Min.X, y-row
		}
		c.StrokeLine2(t.style, x, y-smallSize/2, x+thumb, y-smallSize/2)
		t.dot(c, vg.Point{X: x + thumb/2, Y: y - smallSize/2})
		c.FillText(style, vg.Point{X: x + thumb + 4, Y: y}, name)
		x += width
	}
	return draw.Crop(c, 0, 0, 0, y-row-4-c.Max.Y)
}
