package gallery

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/plots/internal/metrics"
)

// Choice is a picture to show in a gallery.
type Choice struct {
	Index int // in the report's per_image
	Group string
}

// Choose picks the pictures worth looking at: each of the best, median
// and worst by CIDEr-D (or the report's last metric, without it) and, by seed,
// as many others at random; fewer of each where there are too few pictures.
// None is picked twice.
func Choose(r *evaluate.Report, each int, seed uint64) []Choice {
	key := chosenBy(r)
	order := make([]int, len(r.PerImage))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(r.PerImage[b].Scores[key], r.PerImage[a].Scores[key])
	})
	each = min(each, (len(order)+3)/4)
	var choices []Choice
	taken := map[int]bool{}
	take := func(group string, indices []int) {
		for _, i := range indices {
			if !taken[i] {
				taken[i] = true
				choices = append(choices, Choice{i, group})
			}
		}
	}
	take(Best, order[:each])
	middle := (len(order) - each) / 2
	take(Median, order[middle:middle+each])
	worst := slices.Clone(order[len(order)-each:])
	slices.Reverse(worst)
	take(Worst, worst)
	rest := slices.DeleteFunc(slices.Sorted(slices.Values(order)), func(i int) bool { return taken[i] })
	random := rand.New(rand.NewPCG(seed, 0))
	random.Shuffle(len(rest), func(a, b int) { rest[a], rest[b] = rest[b], rest[a] })
	take(Random, rest[:min(each, len(rest))])
	return choices
}

// chosenBy is what a gallery is chosen by.
func chosenBy(r *evaluate.Report) string {
	if _, ok := r.Scores["CIDEr"]; ok {
		return "CIDEr"
	}
	keys := make([]string, 0, len(r.Scores))
	for key := range r.Scores {
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return ""
	}
	metrics.Sort(keys)
	return keys[len(keys)-1]
}
