package evaluate

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// table holds the statistics and the scores of every picture: a row each.
type table struct {
	metrics  []measured
	pictures []picture
	// vocabulary numbers the words of pictures; only Score's own table has it.
	vocabulary numbers
	columns    []string  // names of the scores
	width      int       // statistics of a picture
	rows       []float64 // len(pictures) rows of width
	scores     []float64 // len(pictures) rows of len(columns)
}

// chunk is how many pictures a goroutine takes at a time.
const chunk = 32

// measure computes the statistics and scores of all pictures.
func measure(ctx context.Context, pictures []picture, metrics []measured) (*table, error) {
	t := &table{metrics: metrics, pictures: pictures}
	for _, m := range metrics {
		m.prepare(pictures)
		t.columns = append(t.columns, m.names()...)
		t.width += m.width()
	}
	t.rows = make([]float64, len(pictures)*t.width)
	t.scores = make([]float64, len(pictures)*len(t.columns))
	err := inParallel(ctx, len(pictures), chunk, t.measure)
	return t, err
}

// measure computes the statistics and scores of picture i.
func (t *table) measure(i int) {
	row, scores := t.row(i), t.score(i)
	for _, m := range t.metrics {
		m.measure(&t.pictures[i], row[:m.width()], scores[:len(m.names())])
		row, scores = row[m.width():], scores[len(m.names()):]
	}
}

func (t *table) row(i int) []float64   { return t.rows[i*t.width:][:t.width] }
func (t *table) score(i int) []float64 { return t.scores[i*len(t.columns):][:len(t.columns)] }

// total returns the scores of n pictures whose rows sum to sum.
func (t *table) total(sum []float64, n int) []float64 {
	scores := make([]float64, len(t.columns))
	rest := scores
	for _, m := range t.metrics {
		m.total(sum[:m.width()], n, rest[:len(m.names())])
		sum, rest = sum[m.width():], rest[len(m.names()):]
	}
	return scores
}

// sum adds up the rows of all pictures.
func (t *table) sum() []float64 {
	sum := make([]float64, t.width)
	for i := range t.pictures {
		for j, value := range t.row(i) {
			sum[j] += value
		}
	}
	return sum
}

// inParallel calls f for 0 to n-1 from as many goroutines as there are
// processors, each taking size numbers at a time, and returns ctx's error
// when ctx ended it early.
func inParallel(ctx context.Context, n, size int, f func(i int)) error {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+size-1)/size) {
		group.Go(func() {
			for ctx.Err() == nil {
				end := int(next.Add(int64(size)))
				for i := end - size; i < min(end, n); i++ {
					f(i)
				}
				if end >= n {
					return
				}
			}
		})
	}
	group.Wait()
	return ctx.Err()
}
