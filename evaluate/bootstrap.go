package evaluate

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// Bootstrap says how intervals and p-values were found: pictures drawn with
// replacement, all metrics on the same draws, percentiles of the resamples'
// scores (Efron and Tibshirani 1993, §13.3). BLEU and METEOR come from
// resummed statistics, CIDEr keeps the whole set's document frequencies.
type Bootstrap struct {
	Resamples  int     `json:"resamples"`
	Seed       int64   `json:"seed"`
	Confidence float64 `json:"confidence"`
}

const confidence = 0.95

// addIntervals finds the intervals of the scores.
func (r *Report) addIntervals(ctx context.Context, t *table, o Options) error {
	if o.Resamples <= 0 {
		return nil
	}
	samples, err := t.resample(ctx, o.Resamples, o.Seed)
	if err != nil {
		return err
	}
	r.Bootstrap = &Bootstrap{o.Resamples, o.Seed, confidence}
	r.Intervals = map[string][2]float64{}
	for i, name := range t.columns {
		r.Intervals[name] = interval(column(samples, i))
	}
	return nil
}

func column(rows [][]float64, i int) []float64 {
	return each(rows, func(row []float64) float64 { return row[i] })
}

// interval returns the percentiles that enclose the values with confidence.
func interval(values []float64) [2]float64 {
	sorted := slices.Sorted(slices.Values(values))
	return [2]float64{quantile(sorted, (1-confidence)/2), quantile(sorted, (1+confidence)/2)}
}

// quantile interpolates between the two values around q, as NumPy does.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-math.Floor(at))*(sorted[above]-sorted[below])
}

// lanes is how many resamples go through the statistics together.
const lanes = 8

// resample returns the scores of n resamples of the pictures. The draws
// follow from the seed, the resample's number and the number of pictures, so
// that two systems are resampled alike.
func (t *table) resample(ctx context.Context, n int, seed int64) ([][]float64, error) {
	samples := make([][]float64, n)
	err := inParallel(ctx, (n+lanes-1)/lanes, 1, func(block int) {
		first := block * lanes
		sums := t.resum(t.draw(first, seed))
		for lane := range min(lanes, n-first) {
			samples[first+lane] = t.total(sums[lane], len(t.pictures))
		}
	})
	return samples, err
}

// draw returns how often each picture is drawn in the resamples from first on.
func (t *table) draw(first int, seed int64) [][lanes]uint16 {
	counts := make([][lanes]uint16, len(t.pictures))
	for lane := range lanes {
		random := rand.New(rand.NewPCG(uint64(seed), uint64(first+lane)))
		for range counts {
			counts[random.IntN(len(counts))][lane]++
		}
	}
	return counts
}

// resum adds up the rows, each as often as it was drawn.
func (t *table) resum(counts [][lanes]uint16) *[lanes][]float64 {
	var sums [lanes][]float64
	for lane := range sums {
		sums[lane] = make([]float64, t.width)
	}
	for i := range counts {
		row := t.row(i)
		for lane, count := range counts[i] {
			if count == 0 {
				continue
			}
			times, sum := float64(count), sums[lane][:len(row)]
			for j, value := range row {
				sum[j] += times * value
			}
		}
	}
	return &sums
}
