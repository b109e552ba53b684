package captioner

import (
	"context"
	"image"

	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// Prepared is a picture as a model takes it: small, whatever the file was.
type Prepared struct {
	Width, Height int             // of the upright picture
	View          image.Rectangle // what of it the model sees, in its pixels
	pixels        []uint8         // Size*Size*3
}

// Prepare decodes the picture in data and resizes it as in training, on the
// caller's goroutine.
func (m *Model) Prepare(ctx context.Context, data []byte) (*Prepared, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := picture.Decode(data)
	if err != nil {
		return nil, err
	}
	return m.prepare(p), nil
}

func (m *Model) prepare(p *picture.Picture) *Prepared {
	return &Prepared{Width: p.Width, Height: p.Height, View: m.Preprocessing.View(p.Width, p.Height), pixels: m.Preprocessing.Apply(p).Pixels}
}

// Request is one picture to be described, and how.
type Request struct {
	Context context.Context // the picture is given up when it ends
	Picture *Prepared
	Beam    Beam
}

// Answer is what came of a request: its captions, best first, or an error.
type Answer struct {
	Captions []Caption
	Err      error
}

// CaptionPrepared describes pictures, all at once, each with a search of its
// own: a server's batch. A request that cannot be met fails alone.
func (m *Model) CaptionPrepared(requests []Request) []Answer {
	if len(requests) == 1 {
		return m.captionPrepared(requests[0].Context, requests)
	}
	return m.captionPrepared(context.Background(), requests)
}

// captionPrepared waits for the model's thread until ctx ends.
func (m *Model) captionPrepared(ctx context.Context, requests []Request) []Answer {
	answers := make([]Answer, len(requests))
	var good []Request
	var places []int
	for i, r := range requests {
		if answers[i].Err = r.Beam.Validate(); answers[i].Err == nil {
			answers[i].Err = r.Context.Err()
		}
		if answers[i].Err == nil {
			good, places = append(good, r), append(places, i)
		}
	}
	if len(good) == 0 {
		return answers
	}
	var found []Answer
	err := m.thread.do(ctx, func() { found = m.search(good) })
	for k, i := range places {
		if err != nil {
			answers[i].Err = err
		} else {
			answers[i] = found[k]
		}
	}
	return answers
}

// search runs on the thread that owns the network.
func (m *Model) search(requests []Request) (answers []Answer) {
	size := m.Preprocessing.Size
	pixels := make([]uint8, 0, len(requests)*size*size*3)
	for _, r := range requests {
		pixels = append(pixels, r.Picture.pixels...)
	}
	err := torch.NoGrad(func(s *torch.Scope) error {
		x := torch.FromSlice(s, pixels, int64(len(requests)), int64(size), int64(size), 3).ToDevice(s, m.network.Device)
		_, features := m.network.EncodePictures(s, Normalise(s, x, m.Preprocessing), Evaluation, m.precision)
		answers = m.network.searchEach(s, features, m.vocabulary, requests, m.precision)
		return nil
	})
	if err != nil {
		answers = make([]Answer, len(requests))
		for i := range answers {
			answers[i].Err = err
		}
	}
	return answers
}
