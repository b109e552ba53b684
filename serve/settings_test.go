package serve

import (
	"bytes"
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

// TestUnknownParameters: a parameter misspelt is refused by its name, also with a
// picture that is fine.
func TestUnknownParameters(t *testing.T) {
	s := newServer(t, &fakeModel{}, func(*Options) {})
	for query, want := range map[string]string{
		"/caption?bestt=3":        `no parameter \"bestt\" (did you mean best?)`,
		"/caption?best=2&rank=1":  `no parameter \"rank\"; there are best, beam, max_words, length_penalty, attention`,
		"/attention?rnak=1":       `no parameter \"rnak\"`,
		"/caption?max-words=5":    `(did you mean max_words?)`,
		"/attention?rank=1&beam=": "",
		"/caption?best=2&beam=3&max_words=4&length_penalty=.5&attention=true": "",
	} {
		answer := ask(t, s, request{path: query, body: bytes.NewReader(redJPEG(t))})
		if want == "" && answer.Code != 200 || want != "" && (answer.Code != 400 || !strings.Contains(answer.Body.String(), want)) {
			t.Errorf("%s: status %d, %.200s; want %q", query, answer.Code, answer.Body, want)
		}
	}
}
