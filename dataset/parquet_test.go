package dataset

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/seetell/seetell/internal/testshared"
)

func openShared(t testing.TB) *Set {
	t.Helper()
	set, err := Open(context.Background(), testshared.Dir(t, "flickr8k", "data"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	return set
}

func TestFlickr8kParquet(t *testing.T) {
	set := openShared(t)
	for name, want := range map[string]int{Train: 6000, Validation: 1000} {
		split, err := set.Split(name)
		if err != nil {
			t.Fatal(err)
		}
		if split.Len() != want {
			t.Errorf("%s has %d pictures, want %d", name, split.Len(), want)
		}
		for i := range split.Len() {
			if n := len(split.Record(i).Captions); n != 5 {
				t.Fatalf("%v has %d captions, want 5", split.Record(i), n)
			}
		}
	}
	if set.Problems.Total() != 0 || set.RandomSplit {
		t.Errorf("problems %v, random %v, want none", set.Problems.Err(), set.RandomSplit)
	}
	if _, err := set.Split(Test); err == nil {
		t.Error("a test split, want an error")
	}
}

// TestParquetAnyOrder reads every picture in two random orders from several
// goroutines and compares.
func TestParquetAnyOrder(t *testing.T) {
	set := openShared(t)
	split, err := set.Split(Validation)
	if err != nil {
		t.Fatal(err)
	}
	sums := make([][2][32]byte, split.Len())
	for pass := range 2 {
		var group sync.WaitGroup
		order := rand.New(rand.NewPCG(uint64(pass), 1)).Perm(split.Len())
		for worker := range 4 {
			group.Go(func() {
				for k := worker; k < len(order); k += 4 {
					data, err := split.Bytes(order[k])
					if err != nil {
						t.Error(err)
						return
					}
					sums[order[k]][pass] = sha256.Sum256(data)
				}
			})
		}
		group.Wait()
	}
	for i, pair := range sums {
		if pair[0] != pair[1] {
			t.Fatalf("%s differs between two reads", split.Record(i).Where)
		}
	}
}

// BenchmarkParquetRandom reads pictures of the training split in random order.
func BenchmarkParquetRandom(b *testing.B) {
	set := openShared(b)
	split, err := set.Split(Train)
	if err != nil {
		b.Fatal(err)
	}
	order := rand.New(rand.NewPCG(1, 1)).Perm(split.Len())
	bytes := int64(0)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		data, err := split.Bytes(order[i%len(order)])
		if err != nil {
			b.Fatal(err)
		}
		bytes += int64(len(data))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pictures/s")
}
