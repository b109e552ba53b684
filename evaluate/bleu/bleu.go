// Package bleu computes BLEU-1 to BLEU-4 as coco-caption does: the closest
// reference length, and small constants in place of smoothing.
//
// Papineni et al. 2002, "BLEU: a method for automatic evaluation of machine
// translation", §2.
package bleu

import "math"

// MaxOrder is the longest n-gram counted.
const MaxOrder = 4

// Constants that keep the quotients finite, of coco-caption's bleu_scorer.py.
const (
	tiny  = 1e-15
	small = 1e-9
)

// Stats are the counts of one caption, or the sum of several: BLEU of a
// corpus is computed from the sum, not from the captions' scores.
type Stats struct {
	Correct   [MaxOrder]int // n-grams that a reference holds too, clipped
	Guess     [MaxOrder]int // n-grams of the caption
	Length    int           // words of the caption
	Reference int           // words of the reference closest in length, the shorter of two
}

// Add adds the counts of another caption.
func (s *Stats) Add(o Stats) {
	for n := range MaxOrder {
		s.Correct[n] += o.Correct[n]
		s.Guess[n] += o.Guess[n]
	}
	s.Length += o.Length
	s.Reference += o.Reference
}

// Scores returns BLEU-1 to BLEU-4.
func (s Stats) Scores() [MaxOrder]float64 {
	var scores [MaxOrder]float64
	penalty := s.BrevityPenalty()
	product := 1.0
	for n := range MaxOrder {
		product *= (float64(s.Correct[n]) + tiny) / (float64(s.Guess[n]) + small)
		scores[n] = math.Pow(product, 1/float64(n+1)) * penalty
	}
	return scores
}

// Ratio returns the length of the caption over that of the reference.
func (s Stats) Ratio() float64 {
	return (float64(s.Length) + tiny) / (float64(s.Reference) + small)
}

// BrevityPenalty returns the factor, at most 1, for captions shorter than
// their references.
func (s Stats) BrevityPenalty() float64 {
	if ratio := s.Ratio(); ratio < 1 {
		return math.Exp(1 - 1/ratio)
	}
	return 1
}
