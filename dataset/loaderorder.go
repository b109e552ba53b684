package dataset

import "math/rand/v2"

// pair is a picture's row and the index of one of its captions, or -1 for all.
type pair struct{ row, caption int }

// order returns the epoch's items in the order in which they are loaded: the
// split's, or a permutation drawn from the seed and the epoch.
func (c *LoaderConfig) order(split *Split) []pair {
	var items []pair
	for row := range split.Len() {
		if !c.PerCaption {
			items = append(items, pair{row, -1})
			continue
		}
		for caption := range split.Record(row).Captions {
			items = append(items, pair{row, caption})
		}
	}
	if c.Shuffle {
		random := rand.New(rand.NewPCG(uint64(c.Seed), uint64(c.Epoch)))
		random.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	}
	return items
}
