package main

import (
	"image"
	"math"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/plots"
)

// draw writes where the model looked, for each caption of the picture, into the
// folder that --attention names.
func (o captioning) draw(model *captioner.Model, a answer) error {
	if o.attention == "" {
		return nil
	}
	var all []*plots.Attention
	for _, caption := range a.captions {
		all = append(all, attentionOf(model.Metadata, a.picture, caption))
	}
	return plots.SaveAttention(o.attention, o.names[a.path], all)
}

// attentionOf returns a caption's attention over the picture as it was read.
func attentionOf(m captioner.Metadata, p *picture.Picture, c captioner.Caption) *plots.Attention {
	a := &plots.Attention{
		Picture: p.Image(), Area: seen(m.Preprocessing, p), Grid: m.Model.Grid,
		LogProbability: c.LogProbability, Finished: c.Finished,
	}
	for _, w := range c.Words {
		weights := make([]float64, len(w.Attention))
		for i, weight := range w.Attention {
			weights[i] = float64(weight)
		}
		a.Words = append(a.Words, plots.AttentionWord{
			Word: w.Text, Probability: math.Exp(w.LogProbability), Gate: w.Gate, Weights: weights,
		})
	}
	return a
}

// seen is the part of a picture that the model gets to see: all of it, or the
// middle of a crop.
func seen(p picture.Preprocessing, m *picture.Picture) image.Rectangle {
	if p.Mode != picture.Crop {
		return image.Rect(0, 0, m.Width, m.Height)
	}
	side := max(1, min(m.Width, m.Height)*224/256)
	left, top := (m.Width-side)/2, (m.Height-side)/2
	return image.Rect(left, top, left+side, top+side)
}
