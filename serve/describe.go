package serve

import (
	"context"
	"image"
	"runtime"
	"strings"
	"time"

	"github.com/seetell/seetell/captioner"
)

// description is what came of one picture.
type description struct {
	captions      []captioner.Caption // best first, none of them empty
	width, height int                 // of the upright picture
	view          image.Rectangle     // what the model saw of it
	queue         time.Duration
	decode        time.Duration
	model         time.Duration
}

// describe decodes a picture beside others and lets the model describe it, as
// the request asks. The picture's bytes are not needed once it is decoded.
func (s *Server) describe(ctx context.Context, data []byte, asked settings) (description, error) {
	beam, err := s.beam(asked)
	if err != nil {
		return description{}, err
	}
	if err := s.queue.admit(); err != nil {
		return description{}, err
	}
	defer s.queue.leave()
	prepared, decode, err := s.prepare(ctx, data)
	if err != nil {
		return description{}, err
	}
	answer, err := s.queue.describe(ctx, prepared, beam)
	if err != nil {
		return description{}, err
	}
	d := description{
		captions: answer.Captions, width: prepared.Width, height: prepared.Height, view: prepared.View,
		queue: answer.waited, decode: decode, model: answer.worked,
	}
	s.metrics.captions.Inc()
	exchangeOf(ctx).note(d)
	return d, nil
}

// prepare decodes, as many pictures at once as there are processors.
func (s *Server) prepare(ctx context.Context, data []byte) (*captioner.Prepared, time.Duration, error) {
	if len(data) == 0 {
		return nil, 0, refuse(400, "no picture", "the request holds no picture")
	}
	select {
	case s.decoders <- struct{}{}:
		defer func() { <-s.decoders }()
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
	start := time.Now()
	prepared, err := s.model.Prepare(ctx, data)
	took := time.Since(start)
	s.metrics.decode.Observe(took.Seconds())
	return prepared, took, err
}

// decoders is how many pictures are decoded at once.
func decoders() int { return max(2, runtime.GOMAXPROCS(0)) }

// describeAll describes the pictures of one request one behind the other, so
// that a request of many takes no more places than one of one.
func (s *Server) describeAll(ctx context.Context, pictures [][]byte, asked settings) ([]description, error) {
	if len(pictures) == 0 {
		return nil, refuse(400, "no picture", "the request holds no picture: this server describes pictures, and does nothing else")
	}
	all := make([]description, len(pictures))
	for i, data := range pictures {
		var err error
		if all[i], err = s.describe(ctx, data, asked); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// best is the first caption's text.
func (d description) best() string { return d.captions[0].Text }

// sentence is the first caption as a sentence, for clients that show it as
// prose.
func (d description) sentence() string { return sentence(d.best()) }

func sentence(text string) string {
	for i, r := range text {
		text = strings.ToUpper(string(r)) + text[i+len(string(r)):]
		break
	}
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// sentences joins what was said of several pictures, a line each.
func sentences(all []description) string {
	lines := make([]string, len(all))
	for i, d := range all {
		lines[i] = d.sentence()
	}
	return strings.Join(lines, "\n")
}

// tokens is the number of the words of the first captions.
func tokens(all []description) int {
	total := 0
	for _, d := range all {
		total += len(d.captions[0].Words)
	}
	return total
}

// ending says why the words ended, as these dialects call it: cut off by a
// limit, or come to an end.
func ending(all []description) string {
	for _, d := range all {
		if !d.captions[0].Finished {
			return "length"
		}
	}
	return "stop"
}

// took is the time from a request's header on.
func took(ctx context.Context) time.Duration { return time.Since(exchangeOf(ctx).start) }
