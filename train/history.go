package train

import (
	"slices"

	"github.com/seetell/seetell/captioner/checkpoint"
)

// A line of history.jsonl, and what the model said of a picture.
type (
	Epoch   = checkpoint.Epoch
	Example = checkpoint.Example
)

// score returns the score of an epoch that best.safetensors follows.
func (c Config) score(e Epoch) float64 { return e.Scores[bestScores[c.BestBy]] }

// best tells whether the last epoch's score is above all before.
func (c Config) best(history []Epoch) bool {
	last := len(history) - 1
	return !slices.ContainsFunc(history[:last], func(e Epoch) bool { return c.score(e) >= c.score(history[last]) })
}

// bestEpoch returns the index of the epoch that best.safetensors holds; -1
// where there is none.
func (c Config) bestEpoch(history []Epoch) int {
	best := -1
	for i := range history {
		if c.best(history[:i+1]) {
			best = i
		}
	}
	return best
}
