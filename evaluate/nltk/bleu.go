package nltk

import (
	"math"
	"strings"
)

// tiny stands for a precision of 0 where nothing smooths it: the smallest
// normal number, so that such scores are about 1e-78 or 1e-231.
const tiny = 2.2250738585072014e-308

// Smoothing is one of the methods of Chen and Cherry (2014).
type Smoothing int

// The methods, with NLTK's default parameters.
const (
	None    Smoothing = iota
	Method1           // 0.1 for a count of 0
	Method2           // one more n-gram, matched, for n of 2 and more
	Method3           // 1/2, 1/4, … for counts of 0
	Method4           // as Method3, smaller for short hypotheses
	Method5           // the mean of the precisions for n-1, n and n+1
	Method7           // Method4, then Method5
)

// A Pairing is a hypothesis and its references, as words.
type Pairing struct {
	Hyp  []string
	Refs [][]string
}

// SentenceBLEU is NLTK's sentence_bleu: CorpusBLEU of one sentence.
func SentenceBLEU(hyp []string, refs [][]string, weights []float64, smoothing Smoothing) float64 {
	return CorpusBLEU([]Pairing{{hyp, refs}}, weights, smoothing)
}

// CorpusBLEU is NLTK's corpus_bleu: the weighted geometric mean of the
// precisions of n-grams, n from 1 to the number of weights, times the brevity
// penalty. A hypothesis too short to have n-grams counts as having one.
func CorpusBLEU(corpus []Pairing, weights []float64, smoothing Smoothing) float64 {
	c := counts{matched: make([]float64, len(weights)), total: make([]float64, len(weights))}
	for _, p := range corpus {
		c.add(p)
	}
	if len(weights) == 0 || c.matched[0] == 0 {
		return 0
	}
	sum := 0.0
	for i, p := range c.smooth(smoothing, corpus[len(corpus)-1]) {
		if p > 0 {
			sum += weights[i] * math.Log(p)
		}
	}
	return c.brevity() * math.Exp(sum)
}

// counts are the n-grams of a corpus, by n less one, and its lengths.
type counts struct {
	matched, total []float64
	hyp, ref       int
}

func (c *counts) add(p Pairing) {
	for i := range c.matched {
		matched, total := precision(p, i+1)
		c.matched[i] += matched
		c.total[i] += total
	}
	c.hyp += len(p.Hyp)
	c.ref += closest(p)
}

func (c *counts) brevity() float64 {
	if c.hyp > c.ref {
		return 1
	}
	return math.Exp(1 - float64(c.ref)/float64(c.hyp))
}

// closest returns the length of the reference closest to the hypothesis's, the
// shorter of two.
func closest(p Pairing) int {
	best, least := 0, math.MaxInt
	for _, ref := range p.Refs {
		difference := max(len(ref)-len(p.Hyp), len(p.Hyp)-len(ref))
		if difference < least || difference == least && len(ref) < best {
			best, least = len(ref), difference
		}
	}
	return best
}

// precision returns how many n-grams of the hypothesis a reference has, each as
// often as in the reference, and how many there are, at least 1.
func precision(p Pairing, n int) (matched, total float64) {
	most := map[string]int{}
	for _, ref := range p.Refs {
		for gram, count := range grams(ref, n) {
			most[gram] = max(most[gram], count)
		}
	}
	for gram, count := range grams(p.Hyp, n) {
		matched += float64(min(count, most[gram]))
		total += float64(count)
	}
	return matched, max(1, total)
}

// grams counts the n-grams of words, joined by a byte no word holds.
func grams(words []string, n int) map[string]int {
	count := map[string]int{}
	for i := range len(words) - n + 1 {
		count[strings.Join(words[i:i+n], "\x00")]++
	}
	return count
}

// smooth returns the smoothed precisions; last is the corpus's last pairing,
// which Method5 looks at.
func (c *counts) smooth(smoothing Smoothing, last Pairing) []float64 {
	p := make([]float64, len(c.matched))
	for i := range p {
		p[i] = c.matched[i] / c.total[i]
	}
	switch smoothing {
	case None:
		c.replaceZeros(p, func(int, float64) float64 { return tiny })
	case Method1:
		c.replaceZeros(p, func(_ int, total float64) float64 { return 0.1 / total })
	case Method2:
		for i := 1; i < len(p); i++ {
			p[i] = (c.matched[i] + 1) / (c.total[i] + 1)
		}
	case Method3:
		c.replaceZeros(p, func(k int, total float64) float64 { return 1 / (math.Exp2(float64(k)) * total) })
	case Method4:
		c.shrink(p)
	case Method5:
		average(p, last)
	case Method7:
		c.shrink(p)
		average(p, last)
	}
	return p
}

// replaceZeros replaces the k-th precision of 0, k from 1.
func (c *counts) replaceZeros(p []float64, by func(k int, total float64) float64) {
	k := 0
	for i := range p {
		if c.matched[i] == 0 {
			k++
			p[i] = by(k, c.total[i])
		}
	}
}

// shrink is Method4, with its k of 5.
func (c *counts) shrink(p []float64) {
	if c.hyp > 1 {
		c.replaceZeros(p, func(k int, total float64) float64 {
			return math.Log(float64(c.hyp)) / (5 * math.Exp2(float64(k))) / total
		})
	}
}

// average is Method5.
func average(p []float64, last Pairing) {
	matched, total := precision(last, len(p)+1)
	before := p[0] + 1
	for i := range p {
		after := matched / total
		if i+1 < len(p) {
			after = p[i+1]
		}
		p[i] = (before + p[i] + after) / 3
		before = p[i]
	}
}
