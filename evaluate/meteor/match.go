package meteor

import "slices"

// The stages of METEOR, in the order in which they propose matches.
const (
	exact = iota
	stem
	synonym
	paraphrase
	stages
)

// A Match pairs Length words of the reference from Start with MatchLength
// words of the hypothesis from MatchStart.
type Match struct {
	Start, Length, MatchStart, MatchLength int
	Stage                                  int // 0 exact, 1 stem, 2 synonym, 3 paraphrase
}

// proposals are all matches of two sentences.
type proposals struct {
	from     [][]Match // by the reference word they start at, in METEOR's order
	hyp, ref []int     // how many matches cover each word
}

// reset makes p empty, for sentences of so many words.
func (p *proposals) reset(hyp, ref int) {
	p.hyp = append(p.hyp[:0], make([]int, hyp)...)
	p.ref = append(p.ref[:0], make([]int, ref)...)
	p.from = slices.Grow(p.from[:0], ref)[:ref]
	for j := range p.from {
		p.from[j] = p.from[j][:0]
	}
}

func (p *proposals) add(m Match) {
	p.from[m.Start] = append(p.from[m.Start], m)
	for i := range m.MatchLength {
		p.hyp[m.MatchStart+i]++
	}
	for j := range m.Length {
		p.ref[m.Start+j]++
	}
}

// propose collects the matches of hyp and ref. Sentences of the same words
// have exact matches only.
func (p *proposals) propose(hyp, ref []*word, table *Table) {
	p.reset(len(hyp), len(ref))
	p.pairs(hyp, ref, exact, func(h, r *word) bool { return h.key == r.key })
	if slices.EqualFunc(hyp, ref, func(h, r *word) bool { return h.key == r.key }) {
		return
	}
	p.pairs(hyp, ref, stem, func(h, r *word) bool { return h.stem == r.stem && h.key != r.key })
	p.pairs(hyp, ref, synonym, func(h, r *word) bool { return h.key != r.key && h.sharesMeaning(r) })
	table.propose(p, hyp, ref)
}

func (p *proposals) pairs(hyp, ref []*word, stage int, equal func(h, r *word) bool) {
	for j, r := range ref {
		for i, h := range hyp {
			if equal(h, r) {
				p.add(Match{Start: j, Length: 1, MatchStart: i, MatchLength: 1, Stage: stage})
			}
		}
	}
}

// unambiguous reports whether m is the only match of every word it covers.
func (p *proposals) unambiguous(m Match) bool {
	for i := range m.MatchLength {
		if p.hyp[m.MatchStart+i] != 1 {
			return false
		}
	}
	for j := range m.Length {
		if p.ref[m.Start+j] != 1 {
			return false
		}
	}
	return true
}
