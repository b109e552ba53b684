package bleu

// longCaption is the number of words from which on a map of n-grams is faster
// than comparing each word with each, which takes their number squared.
const longCaption = 512

// ngram is up to MaxOrder words; those behind its order are the zero word.
type ngram[T comparable] struct {
	order int
	words [MaxOrder]T
}

// correctLong returns what clipped does of runs, in time linear in the words.
func correctLong[T comparable](caption []T, references [][]T) [MaxOrder]int {
	most := map[ngram[T]]int{}
	for _, reference := range references {
		for gram, count := range ngrams(reference) {
			most[gram] = max(most[gram], count)
		}
	}
	var correct [MaxOrder]int
	for gram, count := range ngrams(caption) {
		correct[gram.order-1] += min(count, most[gram])
	}
	return correct
}

// ngrams counts the n-grams of a text, of orders 1 to MaxOrder.
func ngrams[T comparable](text []T) map[ngram[T]]int {
	counts := map[ngram[T]]int{}
	for i := range text {
		gram := ngram[T]{}
		for gram.order < MaxOrder && i+gram.order < len(text) {
			gram.words[gram.order] = text[i+gram.order]
			gram.order++
			counts[gram]++
		}
	}
	return counts
}
