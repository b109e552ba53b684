package captioner

import (
	"cmp"
	"math"
	"slices"
)

// draw returns the continuation of the live hypothesis from by a word drawn
// from its log-probabilities, over the temperature, cut to the TopK likeliest and to the fewest that have TopP
// together. What is kept of it is the model's own log-probability.
func (q *search) draw(from int, logp []float32) []continuation {
	words := make([]continuation, 0, len(logp))
	temperature := q.Temperature
	if temperature == 0 {
		temperature = 1
	}
	for word, p := range logp {
		if score := float64(p) / temperature; !math.IsNaN(score) && !math.IsInf(score, 0) {
			words = append(words, continuation{from, word, float64(p), score})
		}
	}
	if len(words) == 0 {
		return nil
	}
	slices.SortStableFunc(words, func(a, b continuation) int { return cmp.Compare(b.score, a.score) })
	if q.TopK > 0 {
		words = words[:min(len(words), q.TopK)]
	}
	likeliest, total := words[0].score, 0.
	for i := range words {
		words[i].score = math.Exp(words[i].score - likeliest)
		total += words[i].score
	}
	if q.TopP > 0 {
		words, total = nucleus(words, q.TopP*total)
	}
	left := q.random.Float64() * total
	for i := range words {
		if left -= words[i].score; left < 0 {
			return words[i : i+1]
		}
	}
	return words[len(words)-1:] // rounding
}

// nucleus returns the first words, the fewest that weigh enough, and what they
// weigh.
func nucleus(words []continuation, enough float64) ([]continuation, float64) {
	total := 0.
	for i := range words {
		if total += words[i].score; total >= enough {
			return words[:i+1], total
		}
	}
	return words, total
}
