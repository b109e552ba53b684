package htmlreport

import (
	"bytes"
	"fmt"
	"html/template"
	"image/color"
	"regexp"

	"github.com/seetell/seetell/plots"
	"github.com/seetell/seetell/plots/internal/palette"
)

// pageFigure is a figure inside the page.
type pageFigure struct {
	Description string
	SVG         template.HTML
}

// addFigure draws f into the page, in the colours of the page's theme.
func (p *page) addFigure(to *[]pageFigure, f *plots.Figure) error {
	svg, err := f.Encode("svg")
	if err != nil {
		return err
	}
	*to = append(*to, pageFigure{f.Title + ". " + f.Description, template.HTML(themed(svg))})
	return nil
}

var (
	svgHead  = regexp.MustCompile(`(?s)^<\?xml.*?<svg width="[^"]*" height="[^"]*"`)
	svgTitle = regexp.MustCompile(`(?s)<title>.*?</desc>\n?`)
	svgFont  = []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")
)

// themeColours are the colours that page.css has for both themes.
var themeColours = map[string]color.RGBA{
	"paper": palette.Paper, "ink": palette.Ink, "muted": palette.Muted, "rule": palette.Rule, "s0": palette.Blue, "s1": palette.Vermillion,
	"s0-38": palette.Tint(palette.Blue, .38), "s0-25": palette.Tint(palette.Blue, .25), "s0-60": palette.Tint(palette.Blue, .6), "s0-22": palette.Tint(palette.Blue, .22),
}

// themed returns the SVG without its size and title, which the page gives it,
// and with the page's colours and font for its own.
func themed(svg []byte) []byte {
	svg = svgHead.ReplaceAll(svg, []byte("<svg"))
	svg = svgTitle.ReplaceAll(svg, nil)
	svg = bytes.ReplaceAll(svg, svgFont, nil)
	for name, c := range themeColours {
		hex := fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B)
		svg = bytes.ReplaceAll(svg, []byte(hex), fmt.Appendf(nil, "var(--%s)", name))
	}
	return svg
}
