package evaluate

import "github.com/seetell/seetell/evaluate/bleu"

// lengths measures captions and references as BLEU does.
func lengths(pictures []picture) Lengths {
	var stats bleu.Stats
	for i := range pictures {
		words := len(pictures[i].caption.words)
		stats.Add(bleu.Stats{Length: words, Reference: bleu.Closest(words, pictures[i].words())})
	}
	return Lengths{
		Captions:       stats.Length,
		References:     stats.Reference,
		Ratio:          stats.Ratio(),
		BrevityPenalty: stats.BrevityPenalty(),
		Mean:           float64(stats.Length) / float64(len(pictures)),
	}
}
