// Package rouge computes ROUGE-L as coco-caption does: precision and recall
// of the longest common subsequence, each the best over the references, and
// their F-measure with beta 1.2.
//
// Lin 2004, "ROUGE: a package for automatic evaluation of summaries", §3.1.
package rouge

// beta weighs recall over precision.
const beta = 1.2

// L returns ROUGE-L of caption. There must be at least one reference. An
// empty text is given as one empty word, as Python's split(" ") gives it.
func L[T comparable](caption []T, references [][]T) float64 {
	var precision, recall float64
	row := make([]int, len(caption)+1)
	for _, reference := range references {
		common := float64(longestCommon(caption, reference, row))
		if common == 0 {
			continue
		}
		precision = max(precision, common/float64(len(caption)))
		recall = max(recall, common/float64(len(reference)))
	}
	if precision == 0 || recall == 0 {
		return 0
	}
	return (1 + beta*beta) * precision * recall / (recall + beta*beta*precision)
}

// longestCommon returns the length of the longest common subsequence of a and
// b. The row, of length len(a)+1, is overwritten.
func longestCommon[T comparable](a, b []T, row []int) int {
	clear(row)
	for _, word := range b {
		diagonal := 0
		for i := range a {
			above := row[i+1]
			if a[i] == word {
				row[i+1] = diagonal + 1
			} else {
				row[i+1] = max(above, row[i])
			}
			diagonal = above
		}
	}
	return row[len(a)]
}
