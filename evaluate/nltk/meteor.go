// Package nltk computes METEOR and BLEU as the Python package NLTK 3.8 does.
//
// They are other metrics than those of pycocoevalcap: NLTK's METEOR of a caption
// is about twice METEOR 1.5 (package meteor), and its BLEU smooths differently.
package nltk

import (
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"github.com/seetell/seetell/evaluate/internal/porter"
)

// NLTK's parameters (Lavie and Agarwal 2007, section 2).
const (
	alpha = 0.9 // recall's part of the harmonic mean
	beta  = 3   // shape of the penalty for fragments
	gamma = 0.5 // the largest penalty
)

// cacheLimit bounds the words that a Meteor remembers.
const cacheLimit = 1 << 18

// A Meteor computes nltk.translate.meteor_score. It is safe for concurrent use.
// A corpus's score is the mean of its captions' scores.
type Meteor struct {
	words sync.Map // string → *word
	count atomic.Int64
}

// NewMeteor returns a Meteor.
func NewMeteor() *Meteor { return new(Meteor) }

// A word is what the stages compare.
type word struct {
	text, stem string
	synonyms   []string // of the stem, sorted; the stem is one
}

func (m *Meteor) word(token string) *word {
	if known, ok := m.words.Load(token); ok {
		return known.(*word)
	}
	text := lower(token)
	stem := porter.Stem(text)
	made := &word{text, stem, synonyms(stem)}
	if m.count.Add(1) <= cacheLimit {
		m.words.Store(strings.Clone(token), made)
	}
	return made
}

// lower is Python's str.lower.
func lower(text string) string {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return cases.Lower(language.Und).String(text)
		}
	}
	return strings.ToLower(text)
}

// Score returns the highest score of hyp with one of refs, 0 to 1. All are
// words; their case does not matter.
func (m *Meteor) Score(hyp []string, refs [][]string) float64 {
	best := 0.0
	for _, ref := range refs {
		best = max(best, m.single(hyp, ref))
	}
	return best
}

// single is nltk's single_meteor_score.
func (m *Meteor) single(hyp, ref []string) float64 {
	pairs := m.Align(hyp, ref)
	if len(pairs) == 0 {
		return 0
	}
	matched := float64(len(pairs))
	precision, recall := matched/float64(len(hyp)), matched/float64(len(ref))
	mean := precision * recall / (alpha*precision + (1-alpha)*recall)
	return (1 - gamma*math.Pow(chunks(pairs)/matched, beta)) * mean
}

// A Pair is a word of the hypothesis and the word of the reference it matches.
type Pair struct{ Hyp, Ref int }

func chunks(pairs []Pair) float64 {
	count := 1.0
	for i, p := range pairs[1:] {
		if before := pairs[i]; p.Hyp != before.Hyp+1 || p.Ref != before.Ref+1 {
			count++
		}
	}
	return count
}

// Align returns the matching words in the order of hyp: equal words first, then
// equal stems, then synonyms, each time from the last word to the first.
func (m *Meteor) Align(hyp, ref []string) []Pair {
	a := alignment{hyp: m.enumerate(hyp), ref: m.enumerate(ref)}
	a.match(func(h, r *word) bool { return h.text == r.text })
	a.match(func(h, r *word) bool { return h.stem == r.stem })
	a.match(func(h, r *word) bool {
		_, found := slices.BinarySearch(h.synonyms, r.stem)
		return found
	})
	slices.SortFunc(a.pairs, func(p, q Pair) int { return p.Hyp - q.Hyp })
	return a.pairs
}

// A place is a word and where it stands.
type place struct {
	*word
	at int
}

func (m *Meteor) enumerate(tokens []string) []place {
	places := make([]place, len(tokens))
	for i, token := range tokens {
		places[i] = place{m.word(token), i}
	}
	return places
}

// alignment is the words not yet matched, and the pairs so far.
type alignment struct {
	hyp, ref []place
	pairs    []Pair
}

// match pairs words from the last to the first, and takes them away.
func (a *alignment) match(equal func(h, r *word) bool) {
	for i := len(a.hyp) - 1; i >= 0; i-- {
		for j := len(a.ref) - 1; j >= 0; j-- {
			if equal(a.hyp[i].word, a.ref[j].word) {
				a.pairs = append(a.pairs, Pair{a.hyp[i].at, a.ref[j].at})
				a.hyp = slices.Delete(a.hyp, i, i+1)
				a.ref = slices.Delete(a.ref, j, j+1)
				break
			}
		}
	}
}
