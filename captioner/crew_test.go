package captioner

import (
	"fmt"
	"sync"
	"testing"

	"github.com/seetell/seetell/torch"
)

// twoThreads has libtorch use two threads until the test ends.
func twoThreads(t *testing.T) {
	t.Helper()
	before := torch.Threads()
	if err := torch.SetThreads(2); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := torch.SetThreads(before); err != nil {
			t.Error(err)
		}
	})
}

// TestCrewShares hands out each picture once, also when the crew is closed, and
// works on several threads where there is enough to do.
func TestCrewShares(t *testing.T) {
	twoThreads(t)
	crew := NewCrew(torch.CPU)
	shared := func(n int) (seen []int, parts int) {
		var mutex sync.Mutex
		seen = make([]int, n)
		crew.Each(n, func(from, to int) {
			mutex.Lock()
			defer mutex.Unlock()
			parts++
			for i := from; i < to; i++ {
				seen[i]++
			}
		})
		return seen, parts
	}
	for range 2 {
		for n, want := range map[int]int{0: 1, 1: 1, 3: 1, 4: 2, 7: 2, 33: 2} {
			seen, parts := shared(n)
			for i, times := range seen {
				if times != 1 {
					t.Errorf("picture %d of %d was described %d times", i, n, times)
				}
			}
			if parts != want {
				t.Errorf("%d pictures came in %d parts, want %d", n, parts, want)
			}
		}
		crew.Close()
	}
}

// TestCrewSaysTheSame: pictures described side by side have the captions that
// each has alone, and a request that cannot be met fails alone.
func TestCrewSaysTheSame(t *testing.T) {
	path, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	twoThreads(t)
	m, err := Open(path, Options{Device: "cpu"})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	beam := Beam{Width: 3, Best: 1, MaxWords: 6}
	var requests []Request
	for i := range 9 {
		p, err := m.Prepare(t.Context(), drawing(uint8(20*i)))
		if err != nil {
			t.Fatal(err)
		}
		requests = append(requests, Request{Context: t.Context(), Picture: p, Beam: beam})
	}
	requests[4].Beam.Width = 0
	for i, answer := range m.CaptionPrepared(requests) {
		alone := m.CaptionPrepared(requests[i : i+1])[0]
		if (answer.Err != nil) != (i == 4) || fmt.Sprint(answer.Err) != fmt.Sprint(alone.Err) {
			t.Errorf("picture %d: %v, alone %v", i, answer.Err, alone.Err)
		}
		if answer.Err == nil && answer.Captions[0].Text != alone.Captions[0].Text {
			t.Errorf("picture %d: %q, alone %q", i, answer.Captions[0].Text, alone.Captions[0].Text)
		}
	}
}
