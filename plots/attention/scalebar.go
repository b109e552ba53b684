package attention

import (
	"bytes"
	"fmt"
	"image"
	"image/color"

	"golang.org/x/image/draw"

	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// The scale of a sheet's maps stands below its first panel: "weight 0", the
// colours, and the largest weight of any word.
const (
	scaleName = "weight 0"
	scaleWide = 36 // pixels
	scaleHigh = 9
)

// ground is what the scale's colours are laid over: a picture of middle grey.
var ground = color.RGBA{0x80, 0x80, 0x80, 0xFF}

// drawScale draws the scale with its upper left corner at at.
func (a *Maps) drawScale(sheet draw.Image, at image.Point, small *typeset.Lettering) {
	if len(a.Words) == 0 {
		return
	}
	small.Write(sheet, at.X, at.Y, palette.Muted, scaleName)
	left := at.X + int(small.Width(scaleName)) + 6
	bar := image.Rect(left, at.Y+4, left+scaleWide, at.Y+4+scaleHigh)
	draw.Draw(sheet, bar, image.NewUniform(ground), image.Point{}, draw.Src)
	for x := range scaleWide {
		column := image.Rect(bar.Min.X+x, bar.Min.Y, bar.Min.X+x+1, bar.Max.Y)
		draw.Draw(sheet, column, image.NewUniform(heatAt((float64(x)+.5)/scaleWide)), image.Point{}, draw.Over)
	}
	small.Write(sheet, bar.Max.X+6, at.Y, palette.Muted, hundredths(a.Largest()))
}

// vectorScale draws the scale in SVG, its text's base line at x, y, with room
// for a wider font.
func (a *Maps) vectorScale(out *bytes.Buffer, x, y int, small *typeset.Lettering) {
	if len(a.Words) == 0 {
		return
	}
	left := x + int(1.25*small.Width(scaleName)) + 4
	out.WriteString(`<defs><linearGradient id="heat">`)
	for i, stop := range Heat {
		fmt.Fprintf(out, `<stop offset="%g" stop-color="#%02x%02x%02x" stop-opacity="%.3f"/>`,
			float64(i)/float64(len(Heat)-1), stop.R, stop.G, stop.B, float64(stop.A)/255)
	}
	fmt.Fprintf(out, `</linearGradient></defs>
<text x="%d" y="%d" font-size="13" fill="#6b6b6b">%s</text>
`, x, y, scaleName)
	for _, fill := range []string{"#808080", "url(#heat)"} {
		fmt.Fprintf(out, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`, left, y-scaleHigh, scaleWide, scaleHigh, fill)
	}
	fmt.Fprintf(out, `<text x="%d" y="%d" font-size="13" fill="#6b6b6b">%s</text>`+"\n", left+scaleWide+6, y, typeset.EscapeXML(hundredths(a.Largest())))
}
