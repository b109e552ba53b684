package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seetell/seetell/plots/internal/palette"
)

// Text sizes in points, for figures read at their natural size.
const (
	titleSize = 10
	labelSize = 9
	smallSize = 8
)

// sans returns the text style of every figure: Liberation Sans, which gonum
// carries, so that a figure looks the same on every machine.
func sans(size vg.Length, c color.Color) text.Style {
	return text.Style{
		Color:   c,
		Font:    font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size),
		Handler: figureHandler,
	}
}

// newPanel returns empty axes in the house style: no box, ticks outwards, the
// range from the caller.
func newPanel(left, right, bottom, top float64) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = left, right, bottom, top
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		label, tick := axis.Label.TextStyle, axis.Tick.Label
		axis.Label.TextStyle = aligned(sans(labelSize, palette.Ink), label.XAlign, label.YAlign)
		axis.Tick.Label = aligned(sans(smallSize, palette.Ink), tick.XAlign, tick.YAlign)
		axis.Label.Padding = 3
		axis.Padding = 0
		axis.Tick.Length = 3
		axis.Tick.LineStyle = line(palette.Ink, .6)
		axis.LineStyle = line(palette.Ink, .6)
		axis.Tick.Marker = ticks{}
	}
	p.Y.LineStyle.Width = 0
	p.Y.Tick.LineStyle.Width = 0
	return p
}

func aligned(s text.Style, x draw.XAlignment, y draw.YAlignment) text.Style {
	s.XAlign, s.YAlign = x, y
	return s
}

func line(c color.Color, width vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width}
}

func dashed(c color.Color, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width, Dashes: dashes}
}
