package captioner

import (
	"context"
	"math"

	"github.com/seetell/seetell/captioner/checkpoint"
)

// hypothesis is a caption in the making: its last word, linked to those
// before it.
type hypothesis struct {
	parent  *hypothesis // nil for the empty caption
	word    int
	score   float64 // total log-probability
	logProb float64 // the word's own
	gate    float64
	alpha   []float32
	length  int
}

// search is the beam search of one picture.
type search struct {
	ctx       context.Context // of whoever waits for it
	stopped   error           // ctx's, once it has ended between two words
	live      []*hypothesis
	finished  []*hypothesis
	beamsLeft int // hypotheses still looked for
	maxWords  int // steps allowed
	minWords  int // before <end>
}

func newSearch(ctx context.Context, b Beam) *search {
	return &search{ctx: ctx, live: []*hypothesis{{}}, beamsLeft: b.Width, maxWords: b.MaxWords, minWords: b.MinWords}
}

// extend replaces the live hypotheses by their best continuations; logp holds
// each one's log-probabilities over the vocabulary, gates and alphas where it
// looked. It returns, for each hypothesis now live, the index of the one it
// continues.
func (q *search) extend(logp [][]float32, gates []float64, alphas [][]float32) []int {
	best := newShortlist(q.beamsLeft)
	for i, h := range q.live {
		for word, p := range logp[i] {
			if word != checkpoint.Pad && word != checkpoint.Start && word != checkpoint.Unknown && (word != checkpoint.End || h.length >= q.minWords) {
				best.offer(continuation{i, word, float64(p), h.score + float64(p)})
			}
		}
	}
	var live []*hypothesis
	var parents []int
	for _, c := range best.items {
		from := q.live[c.from]
		h := &hypothesis{from, c.word, c.score, c.logProb, gates[c.from], alphas[c.from], from.length + 1}
		if c.word == checkpoint.End {
			q.finished = append(q.finished, h)
			q.beamsLeft--
			continue
		}
		live = append(live, h)
		parents = append(parents, c.from)
	}
	q.live = live
	return parents
}

// done tells whether nothing is left to extend.
func (q *search) done() bool {
	return q.stopped != nil || q.beamsLeft == 0 || len(q.live) == 0 || q.live[0].length >= q.maxWords
}

// continuation is one word behind the live hypothesis from.
type continuation struct {
	from, word     int
	logProb, score float64
}

// shortlist keeps the best continuations offered, best first. Of equals the
// one offered first, the earlier hypothesis and then the lower word, stands
// before the other.
type shortlist struct {
	items []continuation
	size  int
}

func newShortlist(size int) *shortlist {
	return &shortlist{items: make([]continuation, 0, size+1), size: size}
}

func (l *shortlist) offer(c continuation) {
	if n := len(l.items); n == l.size && !(c.score > l.items[n-1].score) || math.IsNaN(c.score) || math.IsInf(c.score, -1) {
		return
	}
	at := len(l.items)
	for at > 0 && c.score > l.items[at-1].score {
		at--
	}
	l.items = append(l.items, continuation{})
	copy(l.items[at+1:], l.items[at:])
	l.items[at] = c
	l.items = l.items[:min(len(l.items), l.size)]
}
