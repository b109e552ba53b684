package predict

import (
	"math"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/plots/attention"
)

// Attention returns where a model, of which m is what its checkpoint says,
// looked in the picture p as it was read, word by word of a caption.
func Attention(m captioner.Metadata, p *picture.Picture, c captioner.Caption) *attention.Maps {
	a := &attention.Maps{
		Picture: p.Image(), Area: m.Preprocessing.View(p.Width, p.Height), Grid: m.Model.Grid,
		LogProbability: c.LogProbability, Finished: c.Finished,
	}
	for _, w := range c.Words {
		weights := make([]float64, len(w.Attention))
		for i, weight := range w.Attention {
			weights[i] = float64(weight)
		}
		a.Words = append(a.Words, attention.Word{
			Word: w.Text, Probability: math.Exp(w.LogProbability), Gate: w.Gate, Weights: weights,
		})
	}
	return a
}
