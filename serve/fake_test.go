package serve

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/picture"
)

// fakeModel says what it sees: a picture's mean colour, as three words. Each
// picture has its own caption, so that mixed-up answers are noticed.
type fakeModel struct {
	pause time.Duration // for a batch
	gate  chan struct{} // unless nil, a batch waits to take from it
	begun atomic.Int64  // batches, those that wait at the gate among them

	mutex   sync.Mutex
	batches []int
	colours map[*captioner.Prepared]color.NRGBA
}

const fakeGrid = 7

func (m *fakeModel) Prepare(ctx context.Context, data []byte) (*captioner.Prepared, error) {
	p, err := picture.DecodeContext(ctx, data)
	if err != nil {
		return nil, err
	}
	prepared := &captioner.Prepared{Width: p.Width, Height: p.Height, View: p.Bounds()}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.colours == nil {
		m.colours = map[*captioner.Prepared]color.NRGBA{}
	}
	m.colours[prepared] = mean(p)
	return prepared, ctx.Err()
}

// mean is that of the upper half, so that a picture upside down is another.
func mean(p *picture.Picture) color.NRGBA {
	var sum [3]int
	n := p.Width * max(1, p.Height/2)
	for i, v := range p.Pixels[:3*n] {
		sum[i%3] += int(v)
	}
	return color.NRGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255}
}

func (m *fakeModel) CaptionPrepared(requests []captioner.Request) []captioner.Answer {
	m.begun.Add(1)
	if m.gate != nil {
		<-m.gate
	}
	time.Sleep(m.pause)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.batches = append(m.batches, len(requests))
	answers := make([]captioner.Answer, len(requests))
	for i, r := range requests {
		if answers[i].Err = r.Context.Err(); answers[i].Err != nil {
			continue
		}
		c := m.colours[r.Picture]
		delete(m.colours, r.Picture)
		for rank := range r.Beam.Best {
			answers[i].Captions = append(answers[i].Captions, fakeCaption(c, rank, r.Beam.MaxWords))
		}
	}
	return answers
}

// fakeCaption names a colour to the nearest 32 of each channel, which JPEG
// does not change.
func fakeCaption(c color.NRGBA, rank, most int) captioner.Caption {
	step := func(v uint8) string { return fmt.Sprint((int(v) + 16) / 32) }
	words := []string{"red" + step(c.R), "green" + step(c.G), "blue" + step(c.B)}
	if rank > 0 {
		words = append(words, fmt.Sprintf("rank%d", rank))
	}
	caption := captioner.Caption{Finished: len(words) < most}
	words = words[:min(len(words), most)]
	for i, word := range words {
		w := captioner.Word{Text: word, LogProbability: -.1 * float64(i+1+rank), Gate: .2 * float64(i+1)}
		for place := range fakeGrid * fakeGrid {
			d := math.Hypot(float64(place%fakeGrid-i-2), float64(place/fakeGrid-3))
			w.Attention = append(w.Attention, float32(math.Exp(-d*d/2)/6.5))
		}
		w.Probability = math.Exp(w.LogProbability)
		caption.LogProbability += w.LogProbability
		caption.Words = append(caption.Words, w)
	}
	caption.Text, caption.Probability = strings.Join(words, " "), math.Exp(caption.LogProbability)
	caption.Confidence = math.Exp(caption.LogProbability / float64(steps(caption)))
	return caption
}

// captionOf is what fakeModel says of a picture of one colour.
func captionOf(c color.NRGBA) string { return fakeCaption(c, 0, 30).Text }

var (
	red  = color.NRGBA{224, 32, 32, 255}
	blue = color.NRGBA{32, 64, 192, 255}
)

// plainPicture returns a picture of one colour.
func plainPicture(c color.Color, width, height int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.Set(x, y, c)
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var data bytes.Buffer
	if err := jpeg.Encode(&data, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var data bytes.Buffer
	if err := png.Encode(&data, m); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

// redJPEG is a picture that every test may send.
func redJPEG(t testing.TB) []byte { return jpegOf(t, plainPicture(red, 48, 32)) }

// newServer serves a model without a network.
func newServer(t testing.TB, model Model, change func(*Options)) *Server {
	t.Helper()
	o := DefaultOptions()
	if change != nil {
		change(&o)
	}
	s, err := New(model, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// listen serves a model on a port of its own, as the command does, and returns
// its address.
func listen(t testing.TB, model Model, change func(*Options)) string {
	t.Helper()
	address, _ := listenUntil(t, t.Context(), model, change)
	return address
}

// request is one to a server.
type request struct {
	method, path string
	kind         string // Content-Type
	header       http.Header
	body         io.Reader
}

// ask sends a request through the handler alone.
func ask(t testing.TB, h http.Handler, q request) *httptest.ResponseRecorder {
	t.Helper()
	if q.method == "" {
		q.method = http.MethodPost
	}
	r := httptest.NewRequestWithContext(t.Context(), q.method, q.path, q.body)
	for name, values := range q.header {
		r.Header[name] = values
	}
	if q.kind != "" {
		r.Header.Set("Content-Type", q.kind)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// steps is the number of words that the model chose for a caption, <end>
// counted.
func steps(c captioner.Caption) int {
	if c.Finished {
		return len(c.Words) + 1
	}
	return len(c.Words)
}
