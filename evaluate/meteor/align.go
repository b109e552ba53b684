package meteor

import "slices"

// beamSize is the number of partial alignments that the search keeps.
const beamSize = 40

// A path is a partial alignment.
type path struct {
	hyp, ref []bool // words that a match covers
	chosen   []int  // by reference word, one more than the place of its match among the proposals; 0 is none
	kept     bool
	state
}

// state is what paths are compared by and go on from.
type state struct {
	weight1 int // covered words of the hypothesis and of the reference,
	weight2 int // truncated after each addition, as METEOR does
	chunks  int
	crosses int // sum of distances between matched words
	next    int // first reference word after the last match or skip
	lastEnd int // hypothesis word after the last match, -1 after a gap
}

// An aligner searches the best alignment of one pair of sentences after
// another, in memory of its own.
type aligner struct {
	proposals
	paths, following []*path // the best first
	branches         []branch
	free             []*path
	work             int // matches looked at and words copied: what the searches cost
}

// align returns the matches of the best alignment in the order of the
// reference; the slice is appended to list (Denkowski and Lavie 2014, section
// 2: most covered words, then fewest chunks, then the smallest distances).
func (a *aligner) align(list []Match, hyp, ref []*word, table *Table) []Match {
	a.propose(hyp, ref, table)
	a.paths = append(a.paths[:0], a.start(len(hyp), len(ref)))
	for at := range len(ref) + 1 {
		a.step(at, len(ref))
	}
	for j, choice := range a.paths[0].chosen {
		if choice > 0 {
			list = append(list, a.from[j][choice-1])
		}
	}
	a.free = append(a.free, a.paths...)
	return list
}

// start returns the path that holds the matches no other match competes with.
func (a *aligner) start(hyp, ref int) *path {
	p := a.newPath()
	*p = path{hyp: cleared(p.hyp, hyp), ref: cleared(p.ref, ref), chosen: cleared(p.chosen, ref), state: state{lastEnd: -1}}
	for j, matches := range a.from {
		if len(matches) == 1 && a.unambiguous(matches[0]) {
			p.chosen[j] = 1
			p.cover(matches[0])
		}
	}
	return p
}

// step extends the best paths by what can start at reference word at, and
// keeps the best.
func (a *aligner) step(at, end int) {
	a.following, a.branches = a.following[:0], a.branches[:0]
	for _, p := range a.paths {
		switch {
		case at == end:
			p.endChunk()
			a.keep(branch{from: p, state: p.state})
		case !p.ref[at]:
			a.branch(p, at)
		case p.continues(a.from, at):
			a.keep(branch{from: p, state: p.state})
		}
	}
	if len(a.branches) == 0 && len(a.paths) > 0 {
		a.keep(branch{from: a.paths[0], state: a.paths[0].state})
	}
	a.follow(at)
	a.recycle()
}

// branch is a path that a step may lead to: from another by the match choice-1
// of those that start at the step's word, or by none where choice is 0.
type branch struct {
	from   *path
	choice int
	state
}

// keep puts b among the best branches, behind those that are as good. Only
// they are made into paths.
func (a *aligner) keep(b branch) {
	i := len(a.branches)
	if i == beamSize {
		if better(&b.state, &a.branches[i-1].state) >= 0 {
			return
		}
		a.branches, i = a.branches[:i-1], i-1
	}
	for i > 0 && better(&b.state, &a.branches[i-1].state) < 0 {
		i--
	}
	a.branches = slices.Insert(a.branches, i, b)
}

// follow makes paths of the branches: copies first, while the paths that they
// come from are as they were.
func (a *aligner) follow(at int) {
	for _, b := range a.branches {
		p := b.from
		if b.choice > 0 {
			p = a.copyPath(p)
			p.cover(a.from[at][b.choice-1])
			p.chosen[at] = b.choice
		}
		a.following = append(a.following, p)
	}
	for i, b := range a.branches {
		a.following[i].state = b.state
	}
}

// continues reports whether p, whose reference word at is covered, goes on:
// within a match, or by taking the match that starts here.
func (p *path) continues(from [][]Match, at int) bool {
	if at < p.next {
		return true
	}
	choice := p.chosen[p.next]
	if choice == 0 {
		return false
	}
	m := from[p.next][choice-1]
	p.take(m)
	p.crosses += distance(m)
	return true
}

// branch keeps a branch for each match that p can take at word at, and one
// without. Each match lengthens p's own distance, so that later branches and
// the skip inherit it: METEOR's search does so, and its scores depend on it.
func (a *aligner) branch(p *path, at int) {
	own := p.state
	a.work += len(a.from[at])
	for k, m := range a.from[at] {
		if p.covers(m) {
			continue
		}
		taken := own
		taken.take(m)
		own.crosses += distance(m)
		a.keep(branch{p, k + 1, taken})
	}
	own.endChunk()
	own.next++
	a.keep(branch{p, 0, own})
}

// take counts m, the next match of p's alignment.
func (p *state) take(m Match) {
	weight := 0.5
	if m.Stage == exact {
		weight = 1
	}
	p.weight1 = int(float64(p.weight1) + float64(m.MatchLength)*weight)
	p.weight2 = int(float64(p.weight2) + float64(m.Length)*weight)
	if p.lastEnd != -1 && m.MatchStart != p.lastEnd {
		p.chunks++
	}
	p.next = m.Start + m.Length
	p.lastEnd = m.MatchStart + m.MatchLength
}

func (p *state) endChunk() {
	if p.lastEnd != -1 {
		p.chunks++
		p.lastEnd = -1
	}
}

func (p *path) cover(m Match) {
	for i := range m.MatchLength {
		p.hyp[m.MatchStart+i] = true
	}
	for j := range m.Length {
		p.ref[m.Start+j] = true
	}
}

// covers reports whether p covers a word of m already.
func (p *path) covers(m Match) bool {
	return slices.Contains(p.hyp[m.MatchStart:m.MatchStart+m.MatchLength], true) ||
		slices.Contains(p.ref[m.Start:m.Start+m.Length], true)
}

func better(p, q *state) int {
	if n := q.weight1 + q.weight2 - p.weight1 - p.weight2; n != 0 {
		return n
	}
	if n := p.chunks - q.chunks; n != 0 {
		return n
	}
	return p.crosses - q.crosses
}

func distance(m Match) int { return max(m.Start-m.MatchStart, m.MatchStart-m.Start) }
