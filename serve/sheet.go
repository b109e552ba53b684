package serve

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"math"
	"net/http"
	"strconv"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/plots/attention"
)

// sheet answers with a picture of where the model looked for each word of a
// caption: the best, or the one of the rank that is asked for, from 1 on.
func (s native) sheet(w http.ResponseWriter, r *http.Request) error {
	if err := addressed(r, append(settingNames[:len(settingNames):len(settingNames)], "rank")); err != nil {
		return err
	}
	data, o, err := s.readNative(w, r, settingNames)
	if err != nil {
		return err
	}
	d, err := s.describe(r.Context(), data, o)
	if err != nil {
		return err
	}
	caption, err := d.ranked(r.URL.Query().Get("rank"))
	if err != nil {
		return err
	}
	drawn, err := s.draw(r.Context(), data, d.view, caption)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Disposition", `attachment; filename="attention.png"`)
	_, err = w.Write(drawn)
	return ignoreLeft(err)
}

func (d description) ranked(text string) (captioner.Caption, error) {
	if text == "" {
		return d.captions[0], nil
	}
	rank, err := strconv.Atoi(text)
	if err != nil || rank < 1 || rank > len(d.captions) {
		return captioner.Caption{}, refuse(http.StatusBadRequest, "bad request", "rank: must be from 1 to %d, the captions that were found", len(d.captions))
	}
	return d.captions[rank-1], nil
}

// draw decodes the picture once more: what the model got of it is small and
// square. It takes a decoder's turn.
func (s native) draw(ctx context.Context, data []byte, view image.Rectangle, c captioner.Caption) ([]byte, error) {
	select {
	case s.decoders <- struct{}{}:
		defer func() { <-s.decoders }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var out bytes.Buffer
	err := new(picture.Decoder).Use(ctx, data, func(p *picture.Picture) error {
		sheet, err := attentionOf(p.Image(), view, c).Sheet()
		if err != nil {
			return err
		}
		return png.Encode(&out, sheet)
	})
	return out.Bytes(), err
}

func attentionOf(p image.Image, view image.Rectangle, c captioner.Caption) *attention.Maps {
	a := &attention.Maps{Picture: p, Area: view, LogProbability: c.LogProbability, Finished: c.Finished}
	for _, w := range c.Words {
		a.Grid = side(w.Attention)
		weights := make([]float64, len(w.Attention))
		for i, weight := range w.Attention {
			weights[i] = float64(weight)
		}
		a.Words = append(a.Words, attention.Word{Word: w.Text, Probability: math.Exp(w.LogProbability), Gate: w.Gate, Weights: weights})
	}
	return a
}

// side of the square of places that attention is over.
func side(weights []float32) int { return int(math.Round(math.Sqrt(float64(len(weights))))) }
