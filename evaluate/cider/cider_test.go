package cider

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
)

func fields(texts ...string) [][]string {
	var words [][]string
	for _, text := range texts {
		words = append(words, strings.Fields(text))
	}
	return words
}

func TestScore(t *testing.T) {
	references := [][][]string{fields("a dog runs on the grass"), fields("two men play soccer", "men play")}
	corpus := NewCorpus[string]()
	for _, r := range references {
		corpus.Add(r)
	}
	for _, test := range []struct {
		name, caption string
		picture       int
		want          float64
	}{
		{"identical", "a dog runs on the grass", 0, 10},
		{"nothing shared", "red ball here", 0, 0},
		{"empty", "", 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := corpus.Score(strings.Fields(test.caption), references[test.picture])
			if math.Abs(got-test.want) > 1e-12 {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

// TestOnePicture: the logarithm of one picture is 0, and so is every weight.
func TestOnePicture(t *testing.T) {
	corpus := NewCorpus[string]()
	references := fields("a dog runs")
	corpus.Add(references)
	if got := corpus.Score(references[0], references); got != 0 {
		t.Errorf("%v, want 0", got)
	}
}

// TestConcurrent is for the race detector.
func TestConcurrent(t *testing.T) {
	corpus := NewCorpus[string]()
	corpus.Add(fields("a dog runs"))
	corpus.Add(fields("two men"))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { corpus.Score(strings.Fields("a dog swims far away"), fields("a dog runs")) })
	}
	group.Wait()
}

func ExampleCorpus() {
	pictures := [][][]string{fields("a brown dog runs", "the dog runs"), fields("two men play soccer")}
	corpus := NewCorpus[string]()
	for _, references := range pictures {
		corpus.Add(references)
	}
	fmt.Printf("%.3f\n", corpus.Score(strings.Fields("a dog runs"), pictures[0]))
	// Output: 3.029
}
