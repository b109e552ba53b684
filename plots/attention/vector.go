package attention

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"github.com/seetell/seetell/plots/internal/thumbnail"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// SVG returns the sheet as one file: the picture once, a map and text per word,
// the text as text.
func (a *Maps) SVG() ([]byte, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	title, err := typeset.NewLettering(20, true)
	if err != nil {
		return nil, err
	}
	l := a.layout(title.Width, title.LineHeight())
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="'Liberation Sans',Arial,Helvetica,sans-serif" font-size="17" fill="#222222">
<title>%s</title>
<rect width="100%%" height="100%%" fill="#ffffff"/>
`, l.size.X, l.size.Y, typeset.EscapeXML(a.heading()))
	for i, text := range l.title {
		fmt.Fprintf(&out, `<text x="%d" y="%d" font-size="20" font-weight="bold"%s>%s</text>`+"\n", sheetMargin, sheetMargin+i*title.LineHeight()+19, written(text), typeset.EscapeXML(text))
	}
	if err := a.definePicture(&out, l); err != nil {
		return nil, err
	}
	small, err := typeset.NewLettering(13, false)
	if err != nil {
		return nil, err
	}
	a.vectorScale(&out, l.panel(0).X, l.panel(0).Y+l.height+38, small)
	for i := range a.Words {
		if err := a.vectorPanel(&out, l, i); err != nil {
			return nil, err
		}
	}
	out.WriteString("</svg>\n")
	return out.Bytes(), nil
}

// definePicture draws the first panel, which the others use again.
func (a *Maps) definePicture(out *bytes.Buffer, l sheetLayout) error {
	data, err := dataJPEG(thumbnail.Scale(a.Picture, 2*l.width, 2*l.height), 85)
	if err != nil {
		return err
	}
	at := l.panel(0)
	fmt.Fprintf(out, `<defs><image id="picture" width="%d" height="%d" preserveAspectRatio="none" xlink:href="%s"/></defs>
<use xlink:href="#picture" x="%d" y="%d"/>
<text x="%d" y="%d" font-size="13" fill="#6b6b6b">the picture</text>
`, l.width, l.height, data, at.X, at.Y, at.X, at.Y+l.height+17)
	return nil
}

// vectorPanel draws the panel of word i.
func (a *Maps) vectorPanel(out *bytes.Buffer, l sheetLayout, i int) error {
	at := l.panel(i + 1)
	part := a.placed(image.Rect(0, 0, l.width, l.height))
	data, err := dataPNG(heatMap(a.Words[i].Weights, a.Grid, (part.Dx()+1)/2, (part.Dy()+1)/2, a.Largest()))
	if err != nil {
		return err
	}
	veil := Heat[0]
	fmt.Fprintf(out, `<g transform="translate(%d %d)"><use xlink:href="#picture"/>`, at.X, at.Y)
	if part.Dx() < l.width || part.Dy() < l.height {
		fmt.Fprintf(out, `<path fill-rule="evenodd" fill="#%02x%02x%02x" fill-opacity="%.3f" d="M0 0H%dV%dH0ZM%d %dV%dH%dV%dZ"/>`,
			veil.R, veil.G, veil.B, float64(veil.A)/255, l.width, l.height, part.Min.X, part.Min.Y, part.Max.Y, part.Max.X, part.Min.Y)
	}
	w := a.Words[i]
	fmt.Fprintf(out, `<image x="%d" y="%d" width="%d" height="%d" preserveAspectRatio="none" xlink:href="%s"/>
<text y="%d"%s>%s</text><text y="%d" font-size="13" fill="#6b6b6b">%s</text></g>
`, part.Min.X, part.Min.Y, part.Dx(), part.Dy(), data, l.height+20, written(w.Word), typeset.EscapeXML(w.Word), l.height+38, typeset.EscapeXML(w.Numbers()))
	return nil
}

// written is the attributes of a text that is written from right to left, and
// begins at the same left edge as the others.
func written(text string) string {
	if typeset.RightToLeft(text) {
		return ` direction="rtl" text-anchor="end"`
	}
	return ""
}

func dataJPEG(picture image.Image, quality int) (string, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
		return "", err
	}
	return "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(out.Bytes()), nil
}

func dataPNG(picture image.Image) (string, error) {
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return "", err
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(out.Bytes()), nil
}
