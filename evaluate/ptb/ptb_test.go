package ptb

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

func TestLines(t *testing.T) {
	got := Lines([]string{"A dog.\nruns\r\n", "", "vitamin A.", "The cat"})
	if want := []string{"a dog . runs", "", "vitamin a .", "the cat"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestConcurrent is for the race detector.
func TestConcurrent(t *testing.T) {
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { Captions([]string{"A man's (555) 123-4567 U.S. e-mail: a@b.c", "we've"}) })
	}
	group.Wait()
}

func ExampleCaptions() {
	for _, caption := range Captions([]string{"A man's dog doesn't run.", `The "U.S." team, at 3:30 p.m.`}) {
		fmt.Println(caption)
	}
	// Output:
	// a man 's dog does n't run
	// the u.s. team at 3:30 p.m.
}
