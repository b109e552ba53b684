package meteor

import "math"

// Stats are the 23 numbers that METEOR counts of a hypothesis and its best
// reference, in the order in which it prints them: words of each; function
// words of each; for each stage the matched content words of each and the
// matched function words of each; chunks; matched words of each.
type Stats [23]float64

// Places in Stats.
const (
	hypWords = iota
	refWords
	hypFunction
	refFunction
	stageNumbers // four for each stage
	chunks       = stageNumbers + 4*stages
	hypMatched   = chunks + 1
	refMatched   = chunks + 2
)

// METEOR's parameters for English, tuned to rank translations (Denkowski and
// Lavie 2014, table 1).
const (
	alpha = 0.85 // recall's part of the harmonic mean
	beta  = 0.2  // shape of the penalty for fragments
	gamma = 0.6  // the largest penalty
	delta = 0.75 // weight of content words
)

var stageWeights = [stages]float64{1, 0.6, 0.8, 0.6}

// Score returns the METEOR score, between 0 and 1, of one segment or of a sum
// of segments.
func (s *Stats) Score() float64 {
	var hyp, ref float64
	for stage, weight := range stageWeights {
		n := s[stageNumbers+4*stage:]
		hyp += weight * weighted(n[0], n[2])
		ref += weight * weighted(n[1], n[3])
	}
	precision := hyp / weighted(s[hypWords]-s[hypFunction], s[hypFunction])
	recall := ref / weighted(s[refWords]-s[refFunction], s[refFunction])
	mean := 1 / ((1-alpha)/precision + alpha/recall)
	fragments := 0.0
	if !s.perfect() {
		fragments = s[chunks] / ((s[hypMatched] + s[refMatched]) / 2)
	}
	score := mean * (1 - gamma*math.Pow(fragments, beta))
	if math.IsNaN(score) {
		return 0
	}
	return max(0, score)
}

func weighted(content, function float64) float64 { return delta*content + (1-delta)*function }

// perfect reports whether every word is matched, in one chunk.
func (s *Stats) perfect() bool {
	return s[hypMatched] == s[hypWords] && s[refMatched] == s[refWords] && s[chunks] == 1
}

// Add adds the numbers of one segment to a sum. As in METEOR, a segment that
// matches its reference word for word adds no chunk.
func (s *Stats) Add(segment *Stats) {
	for i, n := range segment {
		s[i] += n
	}
	if segment.perfect() {
		s[chunks]--
	}
}

// Aggregate returns the corpus score: that of the sum of the segments' numbers,
// which is not the mean of their scores.
func Aggregate(segments []Stats) float64 {
	var sum Stats
	for i := range segments {
		sum.Add(&segments[i])
	}
	return sum.Score()
}

// count returns the numbers of an alignment.
func count(hyp, ref []*word, matches []Match) Stats {
	var s Stats
	s[hypWords], s[refWords] = float64(len(hyp)), float64(len(ref))
	s[hypFunction], s[refFunction] = float64(functions(hyp)), float64(functions(ref))
	end, matchEnd := -1, -1
	for _, m := range matches {
		n := s[stageNumbers+4*m.Stage:]
		h, r := functions(hyp[m.MatchStart:][:m.MatchLength]), functions(ref[m.Start:][:m.Length])
		n[0] += float64(m.MatchLength - h)
		n[1] += float64(m.Length - r)
		n[2] += float64(h)
		n[3] += float64(r)
		s[hypMatched] += float64(m.MatchLength)
		s[refMatched] += float64(m.Length)
		if m.Start != end || m.MatchStart != matchEnd {
			s[chunks]++
		}
		end, matchEnd = m.Start+m.Length, m.MatchStart+m.MatchLength
	}
	return s
}

func functions(list []*word) int {
	n := 0
	for _, w := range list {
		if w.function {
			n++
		}
	}
	return n
}
