package plottest

import (
	"image"
	"strings"

	"github.com/seetell/seetell/plots/attention"
)

// Maps looks at another place for each word of caption.
func Maps(picture image.Image, caption string, grid int) *attention.Maps {
	a := &attention.Maps{Picture: picture, Grid: grid, LogProbability: -7.5, Finished: true}
	for i, word := range strings.Fields(caption) {
		a.Words = append(a.Words, attention.Word{Word: word, Probability: 1 / float64(i+1), Gate: .4, Weights: Weights(i, grid)})
	}
	return a
}
