package loader

import "math/rand/v2"

// pair is a picture's row and the index of one of its captions, or -1 for all.
type pair struct{ row, caption int }

// order returns the epoch's items in the order in which they are loaded: their
// own, or a permutation drawn from the seed and the epoch.
func (c *Config) order(pictures Pictures) []pair {
	var items []pair
	for row := range pictures.Len() {
		if !c.PerCaption {
			items = append(items, pair{row, -1})
			continue
		}
		for caption := range pictures.Record(row).Captions {
			items = append(items, pair{row, caption})
		}
	}
	if c.Shuffle {
		random := rand.New(rand.NewPCG(uint64(c.Seed), uint64(c.Epoch)))
		random.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	}
	return items
}
