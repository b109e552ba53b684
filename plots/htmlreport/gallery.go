package htmlreport

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/jpeg"
	_ "image/png" // pictures of a gallery
	"strings"

	"github.com/seetell/seetell/plots/attention"
	"github.com/seetell/seetell/plots/gallery"
	"github.com/seetell/seetell/plots/internal/metrics"
	"github.com/seetell/seetell/plots/internal/thumbnail"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// card is a picture of the gallery in the page.
type card struct {
	ID, Group, Caption, Scored, Problem string
	Source                              template.URL
	Width, Height                       int
	Words                               []cardWord
	References                          []string
}

type cardWord struct{ Word, Numbers string }

// pageGroup is a filter of the gallery.
type pageGroup struct {
	Name  string
	Count int
}

// cardData is what the script needs to draw attention: the area that the grid
// covers in parts of the picture, and of each word its weights, 255 for the
// largest of the picture, in base64.
type cardData struct {
	Width  int        `json:"width"`
	Height int        `json:"height"`
	Grid   int        `json:"grid"`
	Area   [4]float64 `json:"area"`
	Words  []string   `json:"words"`
}

// addGallery reads the gallery in dir.
func (p *page) addGallery(dir string) error {
	items, err := gallery.Read(dir)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		p.absent("pictures with their attention: there is no gallery in %s", dir)
	}
	room := p.source.MaxBytes / 2
	for i := range items {
		item := &items[i]
		c := newCard(item, p.labels)
		if room -= len(c.Source); room < 0 {
			p.absent("%d of the gallery's %d pictures, to keep the page small", len(items)-i, len(items))
			break
		}
		if c.Problem != "" {
			p.absent("the picture of %q in the gallery: %s", item.ID, c.Problem)
		}
		p.Gallery = append(p.Gallery, c)
		p.Data.Gallery = append(p.Data.Gallery, newCardData(&item.Attention))
		p.countGroup(c.Group)
	}
	return nil
}

func (p *page) countGroup(name string) {
	for i := range p.Groups {
		if p.Groups[i].Name == name {
			p.Groups[i].Count++
			return
		}
	}
	p.Groups = append(p.Groups, pageGroup{name, 1})
}

func newCard(item *gallery.Item, labels map[string]string) card {
	bounds := item.Attention.Picture.Bounds()
	c := card{ID: typeset.Clean(item.ID), Group: typeset.Clean(item.Group), Caption: item.Attention.Caption(),
		Scored: scored(item.Scores, labels), Problem: item.PictureProblem}
	for _, reference := range item.References {
		c.References = append(c.References, typeset.Clean(reference))
	}
	c.Width, c.Height = thumbnail.Fit(bounds.Dx(), bounds.Dy(), gallery.Side)
	for _, w := range item.Attention.Words {
		c.Words = append(c.Words, cardWord{typeset.Clean(w.Word), w.Numbers()})
	}
	if item.Picture != nil {
		var err error
		if c.Source, err = dataURL(item.Picture); err != nil {
			c.Problem = item.PictureFile + ": " + err.Error()
		}
	}
	return c
}

// scored lists a picture's scores, those from outside last and CIDEr-D before
// them, by the labels that the report has for them.
func scored(scores map[string]float64, labels map[string]string) string {
	var keys []string
	for key := range scores {
		if key != "Bleu_1" && key != "Bleu_2" && key != "Bleu_3" {
			keys = append(keys, key)
		}
	}
	metrics.Sort(keys)
	for i, key := range keys {
		keys[i] = cmp.Or(labels[key], metrics.Of(key).Label) + " " + typeset.Score(scores[key])
	}
	return strings.Join(keys, " · ")
}

// dataURL returns the picture for an address in the page; one that is larger
// than a gallery's is made smaller.
func dataURL(picture []byte) (template.URL, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return "", err
	}
	if format == "jpeg" && max(config.Width, config.Height) <= gallery.Side && len(picture) < 100_000 {
		return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(picture)), nil
	}
	if config.Width*config.Height > 100_000_000 {
		return "", fmt.Errorf("%d × %d pixels are too many", config.Width, config.Height)
	}
	whole, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return "", err
	}
	width, height := thumbnail.Fit(config.Width, config.Height, gallery.Side)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, thumbnail.Scale(whole, width, height), &jpeg.Options{Quality: 80}); err != nil {
		return "", err
	}
	return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(out.Bytes())), nil
}

func newCardData(a *attention.Maps) cardData {
	bounds, area := a.Picture.Bounds(), a.Covered()
	width, height := float64(bounds.Dx()), float64(bounds.Dy())
	d := cardData{Grid: a.Grid, Words: []string{},
		Area: [4]float64{float64(area.Min.X) / width, float64(area.Min.Y) / height, float64(area.Max.X) / width, float64(area.Max.Y) / height}}
	d.Width, d.Height = thumbnail.Fit(bounds.Dx(), bounds.Dy(), gallery.Side)
	scale := a.Largest()
	for _, w := range a.Words {
		weights := make([]byte, len(w.Weights))
		for i, v := range w.Weights {
			weights[i] = uint8(min(v/scale, 1)*255 + .5)
		}
		d.Words = append(d.Words, base64.StdEncoding.EncodeToString(weights))
	}
	return d
}
