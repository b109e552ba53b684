// Package cider computes CIDEr-D as coco-caption does: the similarity of
// tf-idf weighted n-grams, clipped and with a penalty on length, averaged
// over the references and the orders 1 to 4, times 10.
//
// Vedantam et al. 2015, "CIDEr: consensus-based image description
// evaluation", §4 and §8 (CIDEr-D).
package cider

import "math"

const (
	maxOrder = 4
	sigma    = 6.0
)

// Corpus holds the document frequencies: in the references of how many
// pictures each n-gram stands. Add every picture's references, then Score.
// Many goroutines may Score at once, none while another Adds.
type Corpus[T comparable] struct {
	words     map[T]int32
	grams     map[uint64]int32 // key(shorter n-gram, last word) to number
	frequency []int32          // pictures that hold the n-gram of that number
	last      []int32          // the last picture that held it, plus 1
	pictures  int32
}

// NewCorpus returns an empty Corpus over words of type T.
func NewCorpus[T comparable]() *Corpus[T] {
	return &Corpus[T]{words: map[T]int32{}, grams: map[uint64]int32{}}
}

// Add counts the n-grams of one picture's references.
func (c *Corpus[T]) Add(references [][]T) {
	c.pictures++
	var window []int32
	for _, reference := range references {
		window = window[:0]
		for _, word := range reference {
			window = append(window, c.word(word))
			parent := int32(-1)
			for _, next := range lastFirst(window) {
				parent = c.count(key(parent, next))
			}
		}
	}
}

// word returns the number of a word, a new one when it is new.
func (c *Corpus[T]) word(word T) int32 {
	id, known := c.words[word]
	if !known {
		id = int32(len(c.words))
		c.words[word] = id
	}
	return id
}

// count notes that the picture being added holds the n-gram.
func (c *Corpus[T]) count(key uint64) int32 {
	id, known := c.grams[key]
	if !known {
		id = int32(len(c.frequency))
		c.grams[key] = id
		c.frequency = append(c.frequency, 0)
		c.last = append(c.last, 0)
	}
	if c.last[id] != c.pictures {
		c.last[id] = c.pictures
		c.frequency[id]++
	}
	return id
}

// lastFirst yields the last words of window, at most four, the last one
// first: an n-gram's number is found from the end of its text backwards.
func lastFirst(window []int32) func(yield func(order int, word int32) bool) {
	return func(yield func(order int, word int32) bool) {
		for n := range min(maxOrder, len(window)) {
			if !yield(n, window[len(window)-1-n]) {
				return
			}
		}
	}
}

// key names the n-gram that is parent, the number of a shorter one or -1,
// with one word more.
func key(parent, word int32) uint64 { return uint64(uint32(parent))<<32 | uint64(uint32(word)) }

// weight returns the inverse document frequency of an n-gram's number, the
// highest for one that the corpus does not hold.
func (c *Corpus[T]) weight(gram int32) float64 {
	weight := math.Log(float64(c.pictures))
	if int(gram) < len(c.frequency) && c.frequency[gram] > 1 {
		weight -= math.Log(float64(c.frequency[gram]))
	}
	return weight
}

// Score returns CIDEr-D of caption, 0 to 10. There must be at least one
// reference; it need not have been added.
func (c *Corpus[T]) Score(caption []T, references [][]T) float64 {
	numbers := newNumbering(c)
	hypothesis := numbers.vector(caption)
	var total float64
	for _, reference := range references {
		total += similarity(hypothesis, numbers.vector(reference))
	}
	return total / maxOrder / float64(len(references)) * 10
}
