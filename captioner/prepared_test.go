package captioner

import (
	"context"
	"errors"
	"image"
	"math"
	"reflect"
	"testing"

	"github.com/seetell/seetell/picture"
)

// prepare returns drawings as requests of their own searches.
func prepare(t *testing.T, m *Model, beams ...Beam) []Request {
	t.Helper()
	requests := make([]Request, len(beams))
	for i, b := range beams {
		p, err := m.Prepare(t.Context(), drawing(uint8(i+1)))
		if err != nil {
			t.Fatal(err)
		}
		if p.Width != 40 || p.Height != 30 || p.View != image.Rect(0, 0, 40, 30) {
			t.Errorf("prepared %d x %d, seen %v; want 40 x 30, all of it", p.Width, p.Height, p.View)
		}
		requests[i] = Request{t.Context(), p, b}
	}
	return requests
}

func TestCaptionPreparedInOneBatch(t *testing.T) {
	m := openSmall(t)
	requests := prepare(t, m, Beam{Width: 3, Best: 3, MaxWords: 6}, Beam{Width: 1, Best: 1, MaxWords: 2},
		Beam{Width: 5, Best: 2, MaxWords: 9, LengthPenalty: 1}, Beam{Width: 2, Best: 1, MaxWords: 4, MinWords: 3})
	together := m.CaptionPrepared(requests)
	for i, r := range requests {
		alone := m.CaptionPrepared([]Request{r})[0]
		if alone.Err != nil || together[i].Err != nil {
			t.Fatalf("request %d: %v alone, %v together", i, alone.Err, together[i].Err)
		}
		if len(alone.Captions) != r.Beam.Best || len(together[i].Captions) != r.Beam.Best {
			t.Errorf("request %d: %d captions alone, %d together, want %d", i, len(alone.Captions), len(together[i].Captions), r.Beam.Best)
		}
		for k, c := range alone.Captions {
			if got := together[i].Captions[k].Text; got != c.Text {
				t.Errorf("request %d: %q together, %q alone", i, got, c.Text)
			}
		}
	}
}

func TestCaptionPreparedFailsAlone(t *testing.T) {
	m := openSmall(t)
	b := Beam{Width: 3, Best: 1, MaxWords: 6}
	requests := prepare(t, m, b, b, b, b)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	requests[1].Context = ended
	requests[2].Beam.Best = 9
	requests[3].Context = &endsLater{Context: t.Context(), after: 3}
	answers := m.CaptionPrepared(requests)
	if alone := m.CaptionPrepared(requests[:1])[0]; answers[0].Err != nil || answers[0].Captions[0].Text != alone.Captions[0].Text {
		t.Errorf("the good request: %+v, alone %+v", answers[0], alone)
	}
	if !errors.Is(answers[1].Err, context.Canceled) {
		t.Errorf("a client that has left: %v", answers[1].Err)
	}
	if answers[2].Err == nil {
		t.Error("more captions than the beam is wide are promised")
	}
	if !errors.Is(answers[3].Err, context.Canceled) {
		t.Errorf("a client that leaves between two words: %v", answers[3].Err)
	}
}

// endsLater is a context that has ended when it is asked a number of times.
type endsLater struct {
	context.Context
	after int
}

func (c *endsLater) Err() error {
	if c.after--; c.after < 0 {
		return context.Canceled
	}
	return nil
}

func TestViewOfCrop(t *testing.T) {
	p := picture.Preprocessing{Size: 224, Mode: picture.Crop}
	if got, want := p.View(640, 256), image.Rect(208, 16, 432, 240); got != want {
		t.Errorf("of 640 x 256 the model sees %v, want %v", got, want)
	}
}

// TestFewPictures: weights are not laid out for a few pictures, whose captions are
// the same.
func TestFewPictures(t *testing.T) {
	path, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := picture.New(40, 30)
	for i := range p.Pixels {
		p.Pixels[i] = uint8(i * 7)
	}
	captions := map[int][]Caption{}
	for _, pictures := range []int{0, few, few + 1} {
		m, err := Open(path, Options{Device: "cpu", Pictures: pictures})
		if err != nil {
			t.Fatal(err)
		}
		all, err := m.Caption(t.Context(), []*picture.Picture{p}, DefaultBeam())
		if err != nil {
			t.Fatal(err)
		}
		if laidOut := m.fixed != nil; laidOut != (pictures != few) {
			t.Errorf("for %d pictures weights are laid out: %v", pictures, laidOut)
		}
		captions[pictures] = all[0]
		m.Close()
	}
	if !reflect.DeepEqual(captions[0], captions[few+1]) {
		t.Error("one more than a few is not as many")
	}
	for i, c := range captions[few] {
		if want := captions[0][i]; c.Text != want.Text || math.Abs(c.LogProbability-want.LogProbability) > 1e-4 {
			t.Errorf("%q %v of a few pictures, %q %v of many", c.Text, c.LogProbability, want.Text, want.LogProbability)
		}
	}
}
