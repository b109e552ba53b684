package captioner

import "math"

// hypothesis is a caption in the making: its last word, linked to those
// before it.
type hypothesis struct {
	before *hypothesis // nil for the empty caption
	word   int
	score  float64 // total log-probability
	here   float64 // the word's own
	gate   float64
	alpha  []float32
	length int
}

// search is the beam search of one picture.
type search struct {
	live     []*hypothesis
	finished []*hypothesis
	room     int // hypotheses still looked for
	words    int // steps allowed
}

func newSearch(b Beam) *search {
	return &search{live: []*hypothesis{{}}, room: b.Width, words: b.Words}
}

// extend replaces the live hypotheses by their best continuations; logp holds
// each one's log-probabilities over the vocabulary, gates and alphas where it
// looked. It returns, for each hypothesis now live, the index of the one it
// continues.
func (q *search) extend(logp [][]float32, gates []float64, alphas [][]float32) []int {
	best := newShortlist(q.room)
	for i, h := range q.live {
		for word, p := range logp[i] {
			if word != Pad && word != Start && word != Unknown {
				best.offer(continuation{i, word, float64(p), h.score + float64(p)})
			}
		}
	}
	var live []*hypothesis
	var parents []int
	for _, c := range best.items {
		from := q.live[c.from]
		h := &hypothesis{from, c.word, c.score, c.here, gates[c.from], alphas[c.from], from.length + 1}
		if c.word == End {
			q.finished = append(q.finished, h)
			q.room--
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
	return q.room == 0 || len(q.live) == 0 || q.live[0].length >= q.words
}

// continuation is one word behind the live hypothesis from.
type continuation struct {
	from, word  int
	here, score float64
}

// shortlist keeps the best continuations offered, best first. Of equals the
// one offered first, the earlier hypothesis and then the lower word, stands
// before the other.
type shortlist struct {
	items []continuation
	room  int
}

func newShortlist(room int) *shortlist {
	return &shortlist{items: make([]continuation, 0, room+1), room: room}
}

func (l *shortlist) offer(c continuation) {
	if n := len(l.items); n == l.room && !(c.score > l.items[n-1].score) || math.IsNaN(c.score) || math.IsInf(c.score, -1) {
		return
	}
	at := len(l.items)
	for at > 0 && c.score > l.items[at-1].score {
		at--
	}
	l.items = append(l.items, continuation{})
	copy(l.items[at+1:], l.items[at:])
	l.items[at] = c
	l.items = l.items[:min(len(l.items), l.room)]
}
