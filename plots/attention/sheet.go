package attention

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/thumbnail"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// Sizes of the attention sheet, in pixels.
const (
	panelSide   = 224
	panelGap    = 14
	sheetMargin = 20
	sheetMost   = 6 // panels in a row
)

// sheetLayout places the panels of a sheet: the picture alone first, then one
// panel per word.
type sheetLayout struct {
	width, height int         // of a picture
	columns       int         //
	title         []string    // the caption in lines
	top           int         // of the first row
	cell          image.Point // from panel to panel
	size          image.Point // of the sheet
}

// panelText is the height of the two lines under each picture.
const panelText = 42

func (a *Maps) layout(measure func(string) float64, titleLine int) sheetLayout {
	var l sheetLayout
	l.width, l.height = thumbnail.Fit(a.Picture.Bounds().Dx(), a.Picture.Bounds().Dy(), panelSide)
	panels := len(a.Words) + 1
	l.cell = image.Pt(max(l.width, 120)+panelGap, l.height+panelText+panelGap)
	l.columns = min(panels, sheetMost)
	if panels > sheetMost { // rows as even as can be
		rows := (panels + sheetMost - 1) / sheetMost
		l.columns = (panels + rows - 1) / rows
	}
	l.size.X = max(2*sheetMargin+l.columns*l.cell.X-panelGap, 480)
	l.title = typeset.Wrap(a.heading(), float64(l.size.X-2*sheetMargin), measure)
	l.top = sheetMargin + len(l.title)*titleLine + 10
	rows := (panels + l.columns - 1) / l.columns
	l.size.Y = l.top + rows*l.cell.Y - panelGap + sheetMargin
	return l
}

// heading is the caption, or words for one that has none.
func (a *Maps) heading() string {
	if len(a.Words) == 0 {
		return "(an empty caption)"
	}
	return a.Caption()
}

// panel returns the upper left corner of panel i.
func (l sheetLayout) panel(i int) image.Point {
	return image.Pt(sheetMargin+i%l.columns*l.cell.X, l.top+i/l.columns*l.cell.Y)
}

// Numbers names a word's probability and gate.
func (w Word) Numbers() string {
	return fmt.Sprintf("p %s · gate %s", hundredths(w.Probability), hundredths(w.Gate))
}

func hundredths(v float64) string {
	if v > 0 && v < .005 {
		return "<0.01"
	}
	return fmt.Sprintf("%.2f", math.Min(v, 1))
}

// Sheet draws one panel per word: its map over the picture, the word, its
// probability and the gate's mean value. The maps share one scale. A caption
// of any length is wrapped.
func (a *Maps) Sheet() (image.Image, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	title, err := typeset.NewLettering(20, true)
	if err != nil {
		return nil, err
	}
	word, err := typeset.NewLettering(17, false)
	if err != nil {
		return nil, err
	}
	small, err := typeset.NewLettering(13, false)
	if err != nil {
		return nil, err
	}
	l := a.layout(title.Width, title.LineHeight())
	sheet := image.NewRGBA(image.Rectangle{Max: l.size})
	draw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, draw.Src)
	for i, text := range l.title {
		title.Write(sheet, sheetMargin, sheetMargin+i*title.LineHeight(), palette.Ink, text)
	}
	picture := thumbnail.Scale(a.Picture, l.width, l.height)
	a.panelAt(sheet, l.panel(0), picture, word, small, "", "the picture")
	a.drawScale(sheet, l.panel(0).Add(image.Pt(0, l.height+4+word.LineHeight())), small)
	for i, w := range a.Words {
		a.panelAt(sheet, l.panel(i+1), a.overlay(picture, i), word, small, typeset.Clean(w.Word), w.Numbers())
	}
	return sheet, nil
}

// panelAt draws a panel: picture, name and numbers.
func (a *Maps) panelAt(sheet draw.Image, at image.Point, picture image.Image, word, small *typeset.Lettering, name, numbers string) {
	size := picture.Bounds().Size()
	draw.Draw(sheet, image.Rectangle{Min: at, Max: at.Add(size)}, picture, picture.Bounds().Min, draw.Src)
	room := float64(max(size.X, 120))
	y := at.Y + size.Y + 4
	colour := color.Color(palette.Ink)
	if name == "" {
		small.Write(sheet, at.X, y, palette.Muted, numbers)
		return
	}
	word.Write(sheet, at.X, y, colour, typeset.Shorten(name, room, word.Width))
	small.Write(sheet, at.X, y+word.LineHeight(), palette.Muted, typeset.Shorten(numbers, room, small.Width))
}
