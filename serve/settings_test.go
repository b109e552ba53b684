package serve

import (
	"strings"
	"testing"
)

// TestCaptionsHaveAWord: a server of captions that may be empty is none, and a
// request for few words is not held to more of them.
func TestCaptionsHaveAWord(t *testing.T) {
	o := DefaultOptions()
	o.Beam.MinWords = 0
	if _, err := New(&fakeModel{}, o); err == nil || !strings.Contains(err.Error(), "min words 0") {
		t.Errorf("captions without words are served: %v", err)
	}
	s := newServer(t, &fakeModel{}, func(o *Options) { o.Beam.MinWords = 5 })
	for most, want := range map[int]int{1: 1, 3: 3, 5: 5, 9: 5} {
		if b, err := s.beam(settings{MaxWords: &most}); err != nil || b.MinWords != want {
			t.Errorf("at most %d words: at least %d, want %d; %v", most, b.MinWords, want, err)
		}
	}
	none := 0
	if _, err := s.beam(settings{MaxWords: &none}); err == nil {
		t.Error("captions of no word may be asked for")
	}
}
