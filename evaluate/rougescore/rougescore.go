// Package rougescore computes ROUGE as the Python package rouge-score does.
//
// It is another metric than pycocoevalcap's ROUGE-L (package rouge): words are
// runs of ASCII letters and digits, stemmed on request, and F weighs precision
// and recall equally. Lin 2004, "ROUGE: a Package for Automatic Evaluation of
// Summaries", sections 2 and 3.
package rougescore

import (
	"strings"

	"github.com/seetell/seetell/evaluate/internal/porter"
)

// A Score is the precision, the recall and their harmonic mean, each 0 to 1.
type Score struct{ Precision, Recall, F float64 }

// A Scorer says how texts are compared. It is safe for concurrent use.
type Scorer struct {
	// Stem has words of more than three letters compared by Porter stem.
	Stem bool
}

// N returns ROUGE-N, of runs of n words, of text for the reference with which
// its F is highest, the first of equals, and which one that is.
func (s Scorer) N(n int, text string, references []string) (Score, int) {
	return s.best(text, references, func(hyp, ref []string) Score { return ngrams(n, hyp, ref) })
}

// L returns ROUGE-L, of the longest common subsequence of words, in the same
// way.
func (s Scorer) L(text string, references []string) (Score, int) {
	return s.best(text, references, func(hyp, ref []string) Score {
		return newScore(longestCommon(hyp, ref), len(hyp), len(ref))
	})
}

func (s Scorer) best(text string, references []string, compare func(hyp, ref []string) Score) (Score, int) {
	hyp := s.words(text)
	var best Score
	which := 0
	for i, reference := range references {
		if score := compare(hyp, s.words(reference)); score.F > best.F || i == 0 {
			best, which = score, i
		}
	}
	return best, which
}

// words returns the words of text.
func (s Scorer) words(text string) []string {
	words := strings.FieldsFunc(lower(text), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	if s.Stem {
		for i, word := range words {
			if len(word) > 3 {
				words[i] = porter.Stem(word)
			}
		}
	}
	return words
}

// lower is Python's str.lower as far as it yields ASCII: the Kelvin sign is a k,
// and İ is an i with a dot.
func lower(text string) string {
	return strings.ToLower(strings.ReplaceAll(text, "İ", "i\u0307"))
}

// newScore returns the score of matched of so many parts.
func newScore(matched, hyp, ref int) Score {
	if matched == 0 {
		return Score{}
	}
	precision, recall := float64(matched)/float64(hyp), float64(matched)/float64(ref)
	return Score{precision, recall, 2 * precision * recall / (precision + recall)}
}

func ngrams(n int, hyp, ref []string) Score {
	count := map[string]int{}
	for i := range len(ref) - n + 1 {
		count[strings.Join(ref[i:i+n], " ")]++
	}
	matched := 0
	for i := range len(hyp) - n + 1 {
		if gram := strings.Join(hyp[i:i+n], " "); count[gram] > 0 {
			count[gram]--
			matched++
		}
	}
	return newScore(matched, len(hyp)-n+1, len(ref)-n+1)
}

// longestCommon returns the length of the longest common subsequence.
func longestCommon(a, b []string) int {
	lengths := make([]int, len(b)+1) // for a so far and each start of b
	for _, word := range a {
		diagonal := 0
		for j, other := range b {
			above := lengths[j+1]
			if word == other {
				lengths[j+1] = diagonal + 1
			} else {
				lengths[j+1] = max(above, lengths[j])
			}
			diagonal = above
		}
	}
	return lengths[len(b)]
}
