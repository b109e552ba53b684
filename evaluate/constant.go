package evaluate

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// constants are the best constant caption of each column and its score.
type constants struct {
	captions []text
	scores   []float64
}

func (c constants) report(columns []string) Constant {
	captions := map[string]string{}
	for i, name := range columns {
		captions[name] = c.captions[i].raw
	}
	return Constant{captions, named(columns, c.scores)}
}

// candidateCount is how many captions are tried as the constant one.
const candidateCount = 32

// constants tries the candidates. Metrics that cost much try only captions
// that were the best for another.
func (t *table) constants(ctx context.Context) (constants, error) {
	cheap, costly := t.split()
	best, err := t.try(ctx, cheap, t.candidates())
	if err != nil || len(costly) == 0 {
		return best.ordered(t, constants{}), err
	}
	again := best.captions
	if len(cheap) == 0 {
		again = t.candidates()[:1]
	}
	rest, err := t.try(ctx, costly, again)
	return best.ordered(t, rest), err
}

// split parts the metrics by what a score costs.
func (t *table) split() (cheap, costly []measured) {
	for _, m := range t.metrics {
		if m.Costly {
			costly = append(costly, m)
		} else {
			cheap = append(cheap, m)
		}
	}
	return cheap, costly
}

// ordered puts the columns of cheap metrics, and the rest's, into the table's order.
func (c constants) ordered(t *table, rest constants) constants {
	var out constants
	for _, m := range t.metrics {
		from := &c
		if m.Costly {
			from = &rest
		}
		n := len(m.names())
		if len(from.captions) < n {
			return out
		}
		out.captions, from.captions = append(out.captions, from.captions[:n]...), from.captions[n:]
		out.scores, from.scores = append(out.scores, from.scores[:n]...), from.scores[n:]
	}
	return out
}

// try scores each caption for every picture and keeps the best of each
// column.
func (t *table) try(ctx context.Context, metrics []measured, candidates []text) (constants, error) {
	var best constants
	if len(metrics) == 0 {
		return best, nil
	}
	seen := map[string]bool{}
	for _, candidate := range candidates {
		if seen[candidate.line] {
			continue
		}
		seen[candidate.line] = true
		other, err := measure(ctx, t.withCaptions(func(int) text { return candidate }), metrics)
		if err != nil {
			return best, err
		}
		best.keep(candidate, other.total(other.sum(), len(t.pictures)))
	}
	return best, nil
}

func (c *constants) keep(caption text, scores []float64) {
	if c.scores == nil {
		c.captions, c.scores = make([]text, len(scores)), make([]float64, len(scores))
		for i := range c.scores {
			c.scores[i] = -1
		}
	}
	for i, score := range scores {
		if score > c.scores[i] {
			c.captions[i], c.scores[i] = caption, score
		}
	}
}

// candidates returns the references of about usual length whose words and
// pairs of words the most pictures share.
func (t *table) candidates() []text {
	shared := map[[2]int32]int{}
	var total, count float64
	for i := range t.pictures {
		seen := map[[2]int32]bool{}
		for _, reference := range t.pictures[i].references {
			total, count = total+float64(len(reference.words)), count+1
			for pair := range pairs(reference.words) {
				seen[pair] = true
			}
		}
		for pair := range seen {
			shared[pair]++
		}
	}
	return best(t.pictures, func(reference text) float64 {
		if math.Abs(float64(len(reference.words))-total/count) > 2 {
			return 0
		}
		sum, n := 0, 0
		for pair := range pairs(reference.words) {
			sum, n = sum+shared[pair], n+1
		}
		return float64(sum) / float64(n)
	})
}

// pairs yields each word, as a pair with -1, and each pair of words.
func pairs(words []int32) func(yield func([2]int32) bool) {
	return func(yield func([2]int32) bool) {
		for i, word := range words {
			if !yield([2]int32{-1, word}) || i > 0 && !yield([2]int32{words[i-1], word}) {
				return
			}
		}
	}
}

// best returns the different references of the highest rank.
func best(pictures []picture, rank func(text) float64) []text {
	type ranked struct {
		text
		rank float64
	}
	var all []ranked
	seen := map[string]bool{}
	for i := range pictures {
		for _, reference := range pictures[i].references {
			if !seen[reference.line] {
				seen[reference.line] = true
				all = append(all, ranked{reference, rank(reference)})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(b.rank, a.rank) })
	return each(all[:min(candidateCount, len(all))], func(r ranked) text { return r.text })
}

// constantsLeaveOneOut scores each column's constant caption against one
// reference fewer, as a mean over the rounds.
func (t *table) constantsLeaveOneOut(ctx context.Context, c constants, rounds int) (map[string]float64, error) {
	means := map[string]float64{}
	column := 0
	for _, m := range t.metrics {
		for i, name := range m.names() {
			pictures := t.withCaptions(func(int) text { return c.captions[column] })
			for round := range rounds {
				rest := without(pictures, round, false)
				other, err := measure(ctx, rest, []measured{m})
				if err != nil {
					return nil, err
				}
				means[name] += other.total(other.sum(), len(rest))[i] / float64(rounds)
			}
			column++
		}
	}
	return means, nil
}
