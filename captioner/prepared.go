package captioner

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"

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
// caller's goroutine. It waits until the process's picture.Limits leave memory
// for it, and returns ctx's error once ctx ends.
func (m *Model) Prepare(ctx context.Context, data []byte) (prepared *Prepared, err error) {
	err = new(picture.Decoder).Use(orNever(ctx), data, func(p *picture.Picture) (err error) {
		prepared, err = m.PreparePicture(p)
		return err
	})
	return prepared, err
}

// PreparePicture is Prepare for a picture that is decoded already. The cause of
// its errors is one of package picture's, as of Prepare's.
func (m *Model) PreparePicture(p *picture.Picture) (*Prepared, error) {
	if p == nil || p.Width < 1 || p.Height < 1 {
		return nil, fmt.Errorf("%w: it has no pixels", picture.ErrNoPicture)
	}
	if len(p.Pixels)/3/p.Width != p.Height || len(p.Pixels)%(3*p.Width) != 0 {
		return nil, fmt.Errorf("%w: it says %d × %d pixels and holds %d bytes of them", picture.ErrDamaged, p.Width, p.Height, len(p.Pixels))
	}
	return &Prepared{Width: p.Width, Height: p.Height, View: m.Preprocessing.View(p.Width, p.Height), pixels: m.Preprocessing.Apply(p).Pixels}, nil
}

// prepareImage is Prepare for an image of Go's own.
func (m *Model) prepareImage(img image.Image) (p *Prepared, err error) {
	if img == nil {
		return nil, fmt.Errorf("%w: the image is nil", picture.ErrNoPicture)
	}
	defer func() {
		if cause := recover(); cause != nil { // its At, or fewer pixels than its bounds say
			err = fmt.Errorf("%w: read the image's pixels: %v", picture.ErrDamaged, cause)
		}
	}()
	b := img.Bounds()
	if b.Empty() {
		return nil, fmt.Errorf("%w: the image is %d × %d pixels", picture.ErrNoPicture, b.Dx(), b.Dy())
	}
	if b.Dx() > mostImagePixels/b.Dy() {
		return nil, &picture.TooLargeError{Width: b.Dx(), Height: b.Dy(), Limits: picture.Limits{MaxPixels: mostImagePixels}}
	}
	return m.PreparePicture(picture.FromImage(img))
}

// mostImagePixels bounds images without bounds of their own, such as
// image.Uniform.
const mostImagePixels = 200_000_000

// Request is one picture to be described, and how.
type Request struct {
	Context context.Context // the picture is given up when it ends; nil for never
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

// orNever is ctx, or one that never ends for nil.
func orNever(ctx context.Context) context.Context {
	if ctx == nil {
		return context.Background()
	}
	return ctx
}

// captionPrepared waits for the model's thread until ctx ends.
func (m *Model) captionPrepared(ctx context.Context, requests []Request) []Answer {
	requests = slices.Clone(requests)
	for i := range requests {
		requests[i].Context = orNever(requests[i].Context)
	}
	answers := make([]Answer, len(requests))
	var good []Request
	var places []int
	for i, r := range requests {
		switch answers[i].Err = r.Beam.Validate(); {
		case answers[i].Err != nil:
		case r.Picture == nil || len(r.Picture.pixels) != 3*m.Preprocessing.Size*m.Preprocessing.Size:
			answers[i].Err = errors.New("the picture was not prepared by this model, or by one that sees pictures alike")
		default:
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

// search runs on the thread that owns the network; its crew describes parts of
// the pictures side by side.
func (m *Model) search(requests []Request) []Answer {
	answers := make([]Answer, len(requests))
	if err := torch.NoGrad(func(*torch.Scope) error { return m.fix() }); err != nil {
		return failed(answers, err)
	}
	m.crew.Each(len(requests), func(from, to int) { copy(answers[from:to], m.searchPart(requests[from:to])) })
	return answers
}

func (m *Model) searchPart(requests []Request) (answers []Answer) {
	size := m.Preprocessing.Size
	pixels := make([]uint8, 0, len(requests)*size*size*3)
	for _, r := range requests {
		pixels = append(pixels, r.Picture.pixels...)
	}
	err := torch.NoGrad(func(s *torch.Scope) error {
		answers = searchEach(s, m.views(s, pixels, len(requests)), m.vocabulary, requests, m.precision)
		return nil
	})
	if err != nil {
		return failed(make([]Answer, len(requests)), err)
	}
	return answers
}

// failed makes err every answer.
func failed(answers []Answer, err error) []Answer {
	for i := range answers {
		answers[i] = Answer{Err: err}
	}
	return answers
}
