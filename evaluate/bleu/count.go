package bleu

// Sentence counts the n-grams that caption shares with its references. There
// must be at least one reference; words may be strings or numbers.
//
// Of all but very long captions it runs in time len(caption) times the words of
// the references and looks up no map: an n-gram that ends at position i of one text and j of another
// is a run of equal words along a diagonal.
func Sentence[T comparable](caption []T, references [][]T) Stats {
	stats := Stats{Length: len(caption), Reference: Closest(len(caption), references)}
	for n := range MaxOrder {
		stats.Guess[n] = max(0, len(caption)-n)
	}
	if len(caption) >= longCaption {
		stats.Correct = correctLong(caption, references)
		return stats
	}
	scratch := newCounter(len(caption))
	for _, reference := range references {
		scratch.count(runs(caption, reference))
		scratch.keepMost()
	}
	stats.Correct = clipped(caption, scratch.most)
	return stats
}

// Closest returns the reference length nearest to length, the shorter on a
// tie.
func Closest[T any](length int, references [][]T) int {
	best := len(references[0])
	for _, reference := range references[1:] {
		distance, bestDistance := abs(len(reference)-length), abs(best-length)
		if distance < bestDistance || distance == bestDistance && len(reference) < best {
			best = len(reference)
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }

// counter holds, for each position of a caption and each order, how often the
// n-gram that ends there stands in a reference.
type counter struct {
	now, most [][MaxOrder]int32 // in this reference; the most in any so far
}

func newCounter(length int) *counter {
	buffer := make([][MaxOrder]int32, 2*length)
	return &counter{now: buffer[:length], most: buffer[length:]}
}

// count fills now from the runs of equal words.
func (c *counter) count(each func(yield func(i, length int) bool)) {
	clear(c.now)
	for i, length := range each {
		for n := range min(length, MaxOrder) {
			c.now[i][n]++
		}
	}
}

func (c *counter) keepMost() {
	for i := range c.now {
		for n := range MaxOrder {
			c.most[i][n] = max(c.most[i][n], c.now[i][n])
		}
	}
}

// runs yields, for every pair of equal words, the position in a and how many
// words up to and with it are equal in a row.
func runs[T comparable](a, b []T) func(yield func(i, length int) bool) {
	return func(yield func(i, length int) bool) {
		for shift := 1 - len(b); shift < len(a); shift++ {
			length := 0
			for i := max(0, shift); i < len(a) && i-shift < len(b); i++ {
				if a[i] != b[i-shift] {
					length = 0
					continue
				}
				length++
				if !yield(i, length) {
					return
				}
			}
		}
	}
}

// clipped counts, for each order, the n-grams of caption, each at most as
// often as most says: the k-th time that an n-gram stands in the caption
// counts when a reference has it k times.
func clipped[T comparable](caption []T, most [][MaxOrder]int32) [MaxOrder]int {
	var correct [MaxOrder]int
	for i := range caption {
		var earlier [MaxOrder]int32
		for j := range i {
			for n := 0; n < MaxOrder && n <= j && caption[i-n] == caption[j-n]; n++ {
				earlier[n]++
			}
		}
		for n := 0; n < MaxOrder && n <= i; n++ {
			if earlier[n] < most[i][n] {
				correct[n]++
			}
		}
	}
	return correct
}
