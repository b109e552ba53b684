package captioner

import (
	"cmp"
	"math"
	"slices"

	"github.com/seetell/seetell/captioner/checkpoint"
)

// captions returns the n best of a search that has ended: the finished
// hypotheses by score, then the live ones.
func (q *search) captions(v *Vocabulary, b Beam) []Caption {
	finished := slices.Clone(q.finished)
	slices.SortStableFunc(finished, func(x, y *hypothesis) int {
		return cmp.Compare(y.rank(b.LengthPenalty), x.rank(b.LengthPenalty))
	})
	var captions []Caption
	for _, h := range finished {
		captions = append(captions, h.caption(v, true))
	}
	for _, h := range q.live {
		captions = append(captions, h.caption(v, false))
	}
	return captions[:min(len(captions), b.Best)]
}

// rank is Wu et al. 2016, equation 14, without its coverage term.
func (h *hypothesis) rank(alpha float64) float64 {
	return h.score / math.Pow((5+float64(h.length))/6, alpha)
}

func (h *hypothesis) caption(v *Vocabulary, finished bool) Caption {
	words, score := []Word{}, h.score
	for ; h.parent != nil; h = h.parent {
		if h.word != checkpoint.End {
			words = append(words, Word{Text: v.Word(h.word), LogProbability: h.logProb, Gate: h.gate, Attention: h.alpha})
		}
	}
	slices.Reverse(words)
	return newCaption(v, words, score, finished)
}
