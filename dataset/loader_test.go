package dataset

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/seetell/seetell/internal/testshared"
	"github.com/seetell/seetell/picture"
)

func TestLoaderOfPhotographs(t *testing.T) {
	set, err := Open(context.Background(), testshared.Dir(t)+"/flickr8k/data", Options{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	split, err := set.Split("train")
	if err != nil {
		t.Fatal(err)
	}
	prep := picture.DefaultPreprocessing()
	var first []int
	for _, workers := range []int{1, 3} {
		l, err := NewLoader(context.Background(), split, LoaderConfig{Batch: 4, Workers: workers, Shuffle: true, Seed: 3, Preprocessing: prep})
		if err != nil {
			t.Fatal(err)
		}
		var rows []int
		for {
			b, err := l.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, b.Rows...)
			l.Recycle(b)
		}
		l.Close()
		if first == nil {
			first = rows
		}
		if len(rows) != 50 || !slices.Equal(rows, first) {
			t.Errorf("rows %v, want %v", rows, first)
		}
	}
}
