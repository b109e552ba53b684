package predict

import (
	"image"
	"math"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/plots"
)

// Attention returns where a model, of which m is what its checkpoint says,
// looked in the picture p as it was read, word by word of a caption.
func Attention(m captioner.Metadata, p *picture.Picture, c captioner.Caption) *plots.Attention {
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
