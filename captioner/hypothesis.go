package captioner

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

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
	group   int
	penalty float64 // of what other groups had said before
}

// search is the search of one picture.
type search struct {
	Beam
	ctx       context.Context // of whoever waits for it
	stopped   error           // ctx's, once it has ended between two words
	live      []*hypothesis   // by groups
	finished  []*hypothesis
	beamsLeft []int      // of each group: hypotheses still looked for
	forbidden []int      // words
	random    *rand.Rand // of draws
}

func newSearch(ctx context.Context, v *Vocabulary, b Beam) *search {
	q := &search{Beam: b, ctx: ctx, forbidden: []int{checkpoint.Pad, checkpoint.Start, checkpoint.Unknown}}
	for _, word := range b.Forbidden {
		if index, ok := v.Index(word); ok {
			q.forbidden = append(q.forbidden, index)
		}
	}
	groups, width := max(b.Groups, 1), b.Width/max(b.Groups, 1)
	if b.Sample {
		groups, width, q.random = b.Best, 1, rand.New(rand.NewPCG(b.Seed, 0))
	}
	for group := range groups {
		q.live, q.beamsLeft = append(q.live, &hypothesis{group: group}), append(q.beamsLeft, width)
	}
	return q
}

// extend replaces the live hypotheses by their best continuations, group by
// group; rows hold what may follow each one, gates and alphas where it looked.
// It returns, for each hypothesis now live, the index of the one it continues.
func (q *search) extend(rows []row, gates []float64, alphas [][]float32) []int {
	said := map[int]int{} // how often the groups before have said a word at this step
	var live []*hypothesis
	var parents []int
	for i, h := range q.live {
		for _, word := range q.banned(h) {
			rows[i].forbid(word)
		}
	}
	for group, left := range q.beamsLeft {
		kept := q.best(group, left, rows, said)
		for _, c := range kept {
			from := q.live[c.from]
			h := &hypothesis{
				parent: from, word: c.word, score: from.score + c.logProb, logProb: c.logProb, gate: gates[c.from],
				alpha: alphas[c.from], length: from.length + 1, group: group, penalty: from.penalty + q.Diversity*float64(said[c.word]),
			}
			if c.word == checkpoint.End {
				q.finished = append(q.finished, h)
				q.beamsLeft[group]--
				continue
			}
			live = append(live, h)
			parents = append(parents, c.from)
		}
		for _, c := range kept {
			said[c.word]++
		}
	}
	q.live = live
	return parents
}

// best returns the continuations of a group's hypotheses that are kept.
func (q *search) best(group, left int, rows []row, said map[int]int) []continuation {
	kept := newShortlist(left)
	for i, h := range q.live {
		switch {
		case h.group != group:
		case q.Sample:
			return q.draw(i, rows[i].logp)
		default:
			for place, p := range rows[i].logp {
				word := rows[i].word(place)
				score := h.score + float64(p)
				if group > 0 {
					score -= h.penalty + q.Diversity*float64(said[word])
				}
				kept.offer(continuation{i, word, float64(p), score})
			}
		}
	}
	return kept.items
}

// banned lists the words that may not follow a hypothesis: forbidden ones, <end>
// before enough words, and what would end a run of words that it has said already.
func (q *search) banned(h *hypothesis) []int {
	banned := q.forbidden[:len(q.forbidden):len(q.forbidden)]
	if h.length < q.MinWords {
		banned = append(banned, checkpoint.End)
	}
	if q.NoRepeat == 0 || h.length < q.NoRepeat {
		return banned
	}
	words := h.words()
	last := words[len(words)-q.NoRepeat+1:]
	for i := range len(words) - len(last) {
		if slices.Equal(words[i:i+len(last)], last) {
			banned = append(banned, words[i+len(last)])
		}
	}
	return banned
}

// words are those of a hypothesis, in order.
func (h *hypothesis) words() []int {
	words := make([]int, h.length)
	for ; h.parent != nil; h = h.parent {
		words[h.length-1] = h.word
	}
	return words
}

// done tells whether nothing is left to extend.
func (q *search) done() bool {
	return q.stopped != nil || len(q.live) == 0 || q.live[0].length >= q.MaxWords
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
	if n := len(l.items); l.size == 0 || n == l.size && !(c.score > l.items[n-1].score) || math.IsNaN(c.score) || math.IsInf(c.score, -1) {
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
