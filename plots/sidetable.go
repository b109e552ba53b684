package plots

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// sideTable is numbers in columns at the right of a panel, level with its rows.
type sideTable []sideColumn

// sideColumn is a column with its head, in the system's colour where it is one's.
type sideColumn struct {
	head   string
	colour color.Color
	cells  []string
}

const (
	sideGap  = 10  // before each column
	sideHead = 14  // height of the heads
	sideMost = 210 // width of all columns, as far as their cells allow
)

// width is as wide as the cells, and as the head where there is room for it.
func (c sideColumn) width(room vg.Length) vg.Length {
	style := sans(smallSize, palette.Ink)
	widest := min(style.Width(typeset.Clean(c.head)), room)
	for _, cell := range c.cells {
		widest = max(widest, style.Width(cell))
	}
	return widest
}

func (t sideTable) room() vg.Length { return sideMost/vg.Length(max(1, len(t))) - sideGap }

// beside returns the part of c for the panel, left of the table and below its
// heads.
func (t sideTable) beside(c draw.Canvas) draw.Canvas {
	var width vg.Length
	for _, column := range t {
		width += sideGap + column.width(t.room())
	}
	return draw.Crop(c, 0, -width, 0, -sideHead)
}

// draw writes the table at the right of a panel's canvas.
func (t sideTable) draw(c draw.Canvas, y func(row int) vg.Length) {
	x := c.Max.X
	for _, column := range t {
		width := column.width(t.room())
		x += sideGap + width
		colour := column.colour
		if colour == nil {
			colour = palette.Muted
		}
		style := aligned(sans(smallSize, colour), draw.XRight, draw.YBottom)
		head := typeset.Shorten(typeset.Clean(column.head), width.Points()+.1, func(s string) float64 { return style.Width(s).Points() })
		c.FillText(style, vg.Point{X: x, Y: c.Max.Y + 2}, head)
		style = aligned(sans(smallSize, palette.Ink), draw.XRight, draw.YCenter)
		for i, cell := range column.cells {
			c.FillText(style, vg.Point{X: x, Y: y(i) + 1}, cell)
		}
	}
}
