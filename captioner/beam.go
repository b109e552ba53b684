package captioner

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch"
)

// Beam says how captions are searched for.
type Beam struct {
	Width         int     // hypotheses kept, 5
	Best          int     // captions returned for each picture, 1
	MaxWords      int     `json:"Words"` // steps at most, <end> included, 30; named in JSON as it was in files before
	MinWords      int     // words before <end> at least, 0
	LengthPenalty float64 // α of Wu et al. 2016, equation 14; 0 ranks by log-probability

	NoRepeat  int      `json:",omitempty"` // words of the shortest run that no caption says twice; 0 for none
	Forbidden []string `json:",omitempty"` // words that are never said
	Groups    int      `json:",omitempty"` // parts of the width that search one behind the other, each away from those before (Vijayakumar et al. 2016); 0 or 1 for one
	Diversity float64  `json:",omitempty"` // what a word costs for each time that a group before has said it at the same step, in nats

	Sample      bool    `json:",omitempty"` // draw Best captions from the model's distribution instead of searching
	Temperature float64 `json:",omitempty"` // of the draws: logits are divided by it; 0 for 1
	TopK        int     `json:",omitempty"` // draw from the likeliest words alone, this many; 0 for all
	TopP        float64 `json:",omitempty"` // and from the fewest words of this probability together (Holtzman et al. 2020); 0 for all
	Seed        uint64  `json:",omitempty"` // of the draws: a picture's captions depend on it, and on no other picture
}

// DefaultBeam returns the search of the recipe "base".
func DefaultBeam() Beam { return Beam{Width: 5, Best: 1, MaxWords: 30} }

// Validate says what is wrong with the search's settings, if anything.
func (b Beam) Validate() error {
	switch {
	case b.Width < 1 || b.Width > 1000:
		return fmt.Errorf("beam %d: must be from 1 to 1000", b.Width)
	case b.Sample && (b.Best < 1 || b.Best > 1000):
		return fmt.Errorf("%d draws: must be from 1 to 1000", b.Best)
	case !b.Sample && (b.Best < 1 || b.Best > b.Width):
		return fmt.Errorf("n best %d: must be from 1 to the beam's width, %d", b.Best, b.Width)
	case b.MaxWords < 1 || b.MaxWords > 1000:
		return fmt.Errorf("max words %d: must be from 1 to 1000", b.MaxWords)
	case b.MinWords < 0 || b.MinWords > b.MaxWords:
		return fmt.Errorf("min words %d: must be from 0 to the most words, %d", b.MinWords, b.MaxWords)
	case b.LengthPenalty < 0 || math.IsNaN(b.LengthPenalty) || math.IsInf(b.LengthPenalty, 0):
		return fmt.Errorf("length penalty %v: must be 0 or more", b.LengthPenalty)
	case b.NoRepeat < 0:
		return fmt.Errorf("no repeat %d: must be 0 or more", b.NoRepeat)
	case b.Groups < 0 || b.Groups > 1 && b.Width%b.Groups != 0:
		return fmt.Errorf("groups %d: must divide the beam's width, %d", b.Groups, b.Width)
	case !(b.Diversity >= 0) || math.IsInf(b.Diversity, 0):
		return fmt.Errorf("diversity %v: must be 0 or more", b.Diversity)
	case b.Sample && b.Groups > 1:
		return errors.New("draws and groups contradict each other: draws are diverse by themselves")
	}
	return b.validateDraws()
}

func (b Beam) validateDraws() error {
	switch {
	case !(b.Temperature >= 0) || math.IsInf(b.Temperature, 0):
		return fmt.Errorf("temperature %v: must be above 0", b.Temperature)
	case b.TopK < 0:
		return fmt.Errorf("top k %d: must be 1 or more, or 0 for all words", b.TopK)
	case !(b.TopP >= 0 && b.TopP <= 1):
		return fmt.Errorf("top p %v: must be above 0 and at most 1", b.TopP)
	case !b.Sample && (b.Temperature != 0 || b.TopK != 0 || b.TopP != 0):
		return errors.New("temperature, top k and top p belong to draws: a beam search takes no chances")
	}
	return nil
}

// Search describes the pictures whose features (N, L, F) are given: for each
// the best captions, the finished ones first. It works on all pictures at
// once and looks at ctx between words.
func (n *Network) Search(ctx context.Context, s *torch.Scope, features *torch.Tensor, v *Vocabulary, b Beam, p Precision) ([][]Caption, error) {
	return SearchTogether(ctx, s, []View{{n, features}}, v, b, p)
}

// SearchTogether is Search by the mean of the views' probabilities. Gates and
// attention are the first view's.
func SearchTogether(ctx context.Context, s *torch.Scope, views []View, v *Vocabulary, b Beam, p Precision) ([][]Caption, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	if err := checkViews(s, views, v); err != nil {
		return nil, err
	}
	requests := make([]Request, views[0].Features.Dim(0))
	for i := range requests {
		requests[i] = Request{Context: orNever(ctx), Beam: b}
	}
	captions := make([][]Caption, len(requests))
	for i, answer := range searchEach(s, views, v, requests, p) {
		if answer.Err != nil {
			return nil, answer.Err
		}
		captions[i] = answer.Captions
	}
	return captions, nil
}

// View is what a network makes of the pictures that are described: a search
// may have several, of several networks or of pictures mirrored.
type View struct {
	Network  *Network
	Features *torch.Tensor // (N, L, F)
}

// searchEach is SearchTogether, each picture with the search and the context of
// its own request.
func searchEach(s *torch.Scope, views []View, v *Vocabulary, requests []Request, p Precision) []Answer {
	searches := make([]*search, len(requests))
	for i, r := range requests {
		searches[i] = newSearch(r.Context, v, r.Beam)
	}
	p.autocast(s, views[0].Network.Device, func() { searchWords(s, views, searches, p) })
	answers := make([]Answer, len(requests))
	for i, q := range searches {
		answers[i].Captions, answers[i].Err = q.captions(v, requests[i].Beam), q.stopped
		switch {
		case s.Err() != nil:
			answers[i] = Answer{Err: s.Err()}
		case answers[i].Err == nil && len(answers[i].Captions) == 0:
			answers[i].Err = fmt.Errorf("picture %d of %d: the model's scores are not finite; its checkpoint is damaged", i+1, len(searches))
		}
	}
	return answers
}

// reader is a view's decoder with the states of the live hypotheses.
type reader struct {
	decoder *Decoder
	weights fused
	all     memory
	now     state
}

// searchWords runs the searches to their ends. All live hypotheses are rows of
// one batch, in the order of pictures.
func searchWords(s *torch.Scope, views []View, searches []*search, p Precision) {
	readers := make([]*reader, len(views))
	order := tieOrder(s, views[0].Network)
	pictures, _ := rows(searches)
	for i, v := range views {
		d := v.Network.Decoder
		readers[i] = &reader{d, d.searchWeights(s, p), d.attentionKeys(s, p.cast(s, v.Features)), d.initState(s, v.Features)}
		if len(pictures) > len(searches) { // groups or draws, of which each begins by itself
			readers[i].now = readers[i].now.pick(s, indices(s, v.Features, pictures))
		}
	}
	for running(searches) {
		next := s.Within(func(s *torch.Scope) []*torch.Tensor { return advance(s, readers, searches, order) })
		if next == nil {
			return
		}
		for i, r := range readers {
			r.now = state{next[2*i], next[2*i+1]}
		}
	}
}

// advance extends every running search by a word and returns the states of the
// hypotheses now live, each reader's h and c, or nil when there are none. With an
// order the likeliest words alone leave the device.
func advance(s *torch.Scope, readers []*reader, searches []*search, order *torch.Tensor) (states []*torch.Tensor) {
	pictures, words := rows(searches)
	results, scores := make([]stepResult, len(readers)), make([]*torch.Tensor, len(readers))
	for i, r := range readers {
		here := r.decoder.share(s, r.all, pictures)
		gates := r.decoder.wordGates(s, r.weights, indices(s, r.now.h, words))
		results[i] = r.decoder.step(s, r.weights, here, r.now, gates)
		scores[i] = r.weights.scores(s, results[i].preOutput)
	}
	openness := results[0].gate.To(s, torch.Float32).Mean(s, 1)
	parents := extendAll(searches, read(s, scores, results[0].alpha, openness, order, readers[0].decoder.sight, searches))
	if len(parents) == 0 {
		return nil
	}
	for _, result := range results {
		after := result.pick(s, indices(s, result.h, parents))
		states = append(states, after.h, after.c)
	}
	return states
}

// meanOf returns the logarithms of the means of the probabilities of scores.
func meanOf(s *torch.Scope, scores []*torch.Tensor) *torch.Tensor {
	logp := func(i int) *torch.Tensor { return scores[i].To(s, torch.Float32).LogSoftmax(s, 1) }
	if len(scores) == 1 {
		return logp(0)
	}
	sum := logp(0).Exp(s)
	for i := range scores[1:] {
		sum = sum.Add(s, logp(i+1).Exp(s))
	}
	return sum.MulScalar(s, 1/float64(len(scores))).Log(s)
}

func indices(s *torch.Scope, like *torch.Tensor, values []int64) *torch.Tensor {
	return torch.FromSlice(s, values, int64(len(values))).ToDevice(s, like.Device())
}

func running(searches []*search) bool {
	for _, q := range searches {
		if !q.done() {
			return true
		}
	}
	return false
}

// rows lists, for every live hypothesis of every running search, its picture
// and its last word.
func rows(searches []*search) (pictures, words []int64) {
	for i, q := range searches {
		if q.done() {
			continue
		}
		for _, h := range q.live {
			pictures = append(pictures, int64(i))
			words = append(words, int64(h.last()))
		}
	}
	return pictures, words
}

func (h *hypothesis) last() int {
	if h.parent == nil {
		return checkpoint.Start
	}
	return h.word
}

// extendAll extends every running search by its rows and returns, for each
// row of the next step, the row that it continues.
func extendAll(searches []*search, seen sight) []int64 {
	var parents []int64
	if len(seen.gates) == 0 {
		return nil
	}
	next := 0
	for _, q := range searches {
		if q.done() {
			continue
		}
		first := next
		next += len(q.live)
		kept := q.extend(seen.rows[first:next], seen.gates[first:next], seen.alphas[first:next])
		q.stopped = q.ctx.Err()
		if q.done() {
			continue
		}
		for _, parent := range kept {
			parents = append(parents, int64(first+parent))
		}
	}
	return parents
}
