package cider

import (
	"cmp"
	"math"
	"slices"
)

// term is an n-gram of a text with its weight, count times inverse document
// frequency.
type term struct {
	gram   int32
	weight float64
}

// vector is a text's tf-idf vectors, one for each order.
type vector struct {
	terms [maxOrder][]term // in rising order of gram
	norm  [maxOrder]float64
	// length is the number of bigrams, by which coco-caption measures length.
	length int
}

// numbering numbers the n-grams of one picture's texts, those that the corpus
// lacks above all that it has.
type numbering[T comparable] struct {
	corpus *Corpus[T]
	words  map[T]int32
	grams  map[uint64]int32
	window []int32
}

func newNumbering[T comparable](c *Corpus[T]) *numbering[T] { return &numbering[T]{corpus: c} }

func (n *numbering[T]) word(word T) int32 {
	if id, known := n.corpus.words[word]; known {
		return id
	}
	id, known := n.words[word]
	if !known {
		if n.words == nil {
			n.words = map[T]int32{}
		}
		id = int32(len(n.corpus.words) + len(n.words))
		n.words[word] = id
	}
	return id
}

func (n *numbering[T]) gram(key uint64) int32 {
	if id, known := n.corpus.grams[key]; known {
		return id
	}
	id, known := n.grams[key]
	if !known {
		if n.grams == nil {
			n.grams = map[uint64]int32{}
		}
		id = int32(len(n.corpus.frequency) + len(n.grams))
		n.grams[key] = id
	}
	return id
}

// vector returns the tf-idf vectors of a text.
func (n *numbering[T]) vector(text []T) vector {
	v := vector{length: max(0, len(text)-1)}
	buffer := make([]term, maxOrder*len(text))
	for order := range maxOrder {
		v.terms[order] = buffer[order*len(text) : order*len(text) : (order+1)*len(text)]
	}
	n.window = n.window[:0]
	for _, word := range text {
		n.window = append(n.window, n.word(word))
		parent := int32(-1)
		for order, next := range lastFirst(n.window) {
			parent = n.gram(key(parent, next))
			v.terms[order] = append(v.terms[order], term{parent, 1})
		}
	}
	for order := range maxOrder {
		v.terms[order] = n.weigh(v.terms[order])
		v.norm[order] = norm(v.terms[order])
	}
	return v
}

// weigh merges equal n-grams, in place, and multiplies counts by weights.
func (n *numbering[T]) weigh(terms []term) []term {
	slices.SortFunc(terms, func(a, b term) int { return cmp.Compare(a.gram, b.gram) })
	merged := terms[:0]
	for _, t := range terms {
		if last := len(merged) - 1; last >= 0 && merged[last].gram == t.gram {
			merged[last].weight++
			continue
		}
		merged = append(merged, t)
	}
	for i := range merged {
		merged[i].weight *= n.corpus.weight(merged[i].gram)
	}
	return merged
}

func norm(terms []term) float64 {
	var sum float64
	for _, t := range terms {
		sum += t.weight * t.weight
	}
	return math.Sqrt(sum)
}

// similarity sums, over the orders, the clipped cosine of two texts' vectors,
// times a Gaussian of the difference in length.
func similarity(hypothesis, reference vector) float64 {
	difference := float64(hypothesis.length - reference.length)
	penalty := math.Exp(-difference * difference / (2 * sigma * sigma))
	var sum float64
	for order := range maxOrder {
		product := clippedProduct(hypothesis.terms[order], reference.terms[order])
		if norms := hypothesis.norm[order] * reference.norm[order]; norms != 0 {
			product /= norms
		}
		sum += product * penalty
	}
	return sum
}

// clippedProduct is the dot product in which the hypothesis weighs at most as
// much as the reference.
func clippedProduct(hypothesis, reference []term) float64 {
	var sum float64
	for i, j := 0, 0; i < len(hypothesis) && j < len(reference); {
		switch h, r := hypothesis[i], reference[j]; {
		case h.gram < r.gram:
			i++
		case h.gram > r.gram:
			j++
		default:
			sum += min(h.weight, r.weight) * r.weight
			i, j = i+1, j+1
		}
	}
	return sum
}
