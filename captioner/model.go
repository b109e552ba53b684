package captioner

import (
	"context"
	"fmt"
	"image"
	"sync"

	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// Options says where and how a Model runs.
type Options struct {
	Device    string    // "auto", the default, "cpu", "cuda" or "cuda:1"
	Precision Precision // PrecisionFloat32, the default, says the same words on every machine
	Flip      bool      // see each picture mirrored too, and take the mean of both
	Uniform   bool      // all places weigh the same, whatever attention says: to measure what it is worth
	Pictures  int       // about how many there are to describe; 0 for many. Laying out weights does not pay for a few
}

// few is how many pictures take as long to describe as weights to lay out.
const few = 5

// Model is a trained captioner. Any number of goroutines may use it at once;
// they share the processor's cores, or the device, in turns.
type Model struct {
	Metadata
	network    *Network
	others     []*Network // that caption together with it
	flip       bool
	vocabulary *Vocabulary
	precision  Precision
	thread     *inferenceThread
	crew       *Crew    // that the thread hands parts of what it has to do
	loose      bool     // the networks' weights stay as they are
	fixed      []*Fixed // the networks, from the first picture on; the thread's
	closing    sync.Once
}

// Open reads the checkpoint at path. Close frees what it holds.
func Open(path string, o Options) (*Model, error) { return OpenAll([]string{path}, o) }

// OpenAll is Open for the checkpoints at several paths, which caption together:
// by the mean of their probabilities for each word, in one search. They must
// know the same words and see pictures alike; what is told of attention is the
// first one's.
func OpenAll(paths []string, o Options) (*Model, error) {
	if o.Device == "" {
		o.Device = "auto"
	}
	if o.Precision == "" {
		o.Precision = PrecisionFloat32
	}
	read := readAhead(paths) // while libtorch is loaded
	device, err := torch.ParseDevice(o.Device)
	if err != nil {
		return nil, err
	}
	precision, err := o.Precision.Resolve(device)
	if err != nil {
		return nil, err
	}
	networks, metadata, err := loadAll(paths, read, device)
	if err != nil {
		return nil, err
	}
	for _, network := range networks {
		network.Uniform(o.Uniform)
	}
	vocabulary, err := metadata.NewVocabulary()
	if err != nil {
		for _, network := range networks {
			network.Close()
		}
		return nil, err
	}
	return &Model{
		Metadata: metadata, network: networks[0], others: networks[1:], vocabulary: vocabulary, precision: precision,
		flip: o.Flip, loose: 0 < o.Pictures && o.Pictures <= few, thread: newInferenceThread(nil), crew: NewCrew(device),
	}, nil
}

// Close frees the model once the captions being written are done. Calls that
// come later fail.
func (m *Model) Close() {
	m.closing.Do(func() {
		m.thread.close()
		m.crew.Close()
		m.release()
		for _, network := range append(m.others, m.network) {
			network.Close()
		}
	})
}

// Vocabulary returns the words that the model knows.
func (m *Model) Vocabulary() *Vocabulary { return m.vocabulary }

// AtOnce is how many pictures the model describes at once to its best speed.
func (m *Model) AtOnce() int { return m.crew.atOnce() }

// Device returns where the model runs.
func (m *Model) Device() torch.Device { return m.network.Device }

// Precision returns the number format of the model's products.
func (m *Model) Precision() Precision { return m.precision }

// CaptionBytes describes the picture in data, a file's bytes of any format
// that package picture reads. The captions come best first.
func (m *Model) CaptionBytes(ctx context.Context, data []byte, b Beam) ([]Caption, error) {
	p, err := m.Prepare(ctx, data)
	if err != nil {
		return nil, err
	}
	return m.captionOne(ctx, p, b)
}

// CaptionImage describes a picture already decoded. The captions come best
// first.
func (m *Model) CaptionImage(ctx context.Context, img image.Image, b Beam) ([]Caption, error) {
	p, err := m.prepareImage(img)
	if err != nil {
		return nil, err
	}
	return m.captionOne(ctx, p, b)
}

func (m *Model) captionOne(ctx context.Context, p *Prepared, b Beam) ([]Caption, error) {
	answer := m.CaptionPrepared([]Request{{Context: ctx, Picture: p, Beam: b}})[0]
	return answer.Captions, answer.Err
}

// Caption describes pictures, all at once: for each its captions, best first.
// It prepares them as in training. When ctx ends it returns ctx's error.
func (m *Model) Caption(ctx context.Context, pictures []*picture.Picture, b Beam) ([][]Caption, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	if len(pictures) == 0 {
		return nil, nil
	}
	requests := make([]Request, len(pictures))
	for i, p := range pictures {
		prepared, err := m.PreparePicture(p)
		if err != nil {
			return nil, fmt.Errorf("picture %d of %d: %w", i+1, len(pictures), err)
		}
		requests[i] = Request{Context: ctx, Picture: prepared, Beam: b}
	}
	captions := make([][]Caption, len(pictures))
	for i, answer := range m.captionPrepared(ctx, requests) {
		if answer.Err != nil {
			return nil, answer.Err
		}
		captions[i] = answer.Captions
	}
	return captions, nil
}
