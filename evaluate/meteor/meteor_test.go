package meteor

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSegment(t *testing.T) {
	scorer := New()
	for _, test := range []struct {
		name, hyp string
		refs      []string
		want      float64
	}{
		{"nlg-eval", "this is a good test", []string{"this is a test", "this is also a test"}, 0.4443438716486749},
		{"second reference is best", "Le test est en français.", []string{"Test en français.", "Le test en français."}, 0.48372379050300296},
		{"not ASCII", "テスト", []string{"テスト"}, 1},
		{"perfect", "a dog runs .", []string{"a cat", "A dog runs."}, 1},
		{"nothing in common", "a dog", []string{"one cat"}, 0},
		{"empty hypothesis", "", []string{"a dog"}, 0},
		{"empty reference", "a dog", []string{""}, 0},
		{"both empty", "", []string{""}, 0},
		{"no reference", "a dog", nil, 0},
		{"separator of the protocol", "a ||| dog", []string{"a dog"}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			stats := scorer.Segment(test.hyp, test.refs)
			if got := stats.Score(); math.Abs(got-test.want) > 1e-12 {
				t.Errorf("score of %q = %v, want %v", test.hyp, got, test.want)
			}
		})
	}
}

func TestAlign(t *testing.T) {
	for _, test := range []struct {
		name, hyp, ref string
		want           []Match
	}{
		{"exact", "dog", "a dog", []Match{{1, 1, 0, 1, exact}}},
		{"stem", "playful", "play", []Match{{0, 1, 0, 1, stem}}},
		{"matches that compete weigh nothing", "dogs run", "dog running", nil}, // as METEOR 1.5 answers
		{"synonym", "a car", "a automobile", []Match{{0, 1, 0, 1, exact}, {1, 1, 1, 1, synonym}}},
		{"synonym of an irregular form", "wolf", "wolves", []Match{{0, 1, 0, 1, synonym}}},
		{"fewest chunks", "the dog and the cat", "the cat", []Match{{0, 1, 3, 1, exact}, {1, 1, 4, 1, exact}}},
		{"one match each", "a a a", "a", []Match{{0, 1, 0, 1, exact}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := New().Align(test.hyp, []string{test.ref}); !slices.Equal(got.Matches, test.want) {
				t.Errorf("matches of %q in %q: %v, want %v", test.hyp, test.ref, got.Matches, test.want)
			}
		})
	}
}

func TestAggregate(t *testing.T) {
	scorer := New()
	one := scorer.Segment("a dog runs fast", []string{"a dog ran"})
	perfect := scorer.Segment("a dog", []string{"a dog"})
	got := Aggregate([]Stats{one, perfect})
	sum := one
	for i, n := range perfect {
		sum[i] += n
	}
	sum[chunks] = one[chunks] // a perfect segment is not broken into chunks
	if want := sum.Score(); got != want {
		t.Errorf("aggregate %v, want %v", got, want)
	}
	if mean := (one.Score() + 1) / 2; math.Abs(got-mean) < 0.01 {
		t.Errorf("aggregate %v is the mean of the scores", got)
	}
	if got := Aggregate(nil); got != 0 {
		t.Errorf("aggregate of nothing = %v", got)
	}
}

func ExampleScorer_Segment() {
	scorer := New()
	stats := scorer.Segment("two dogs play in the snow", []string{
		"a dog is running", "two brown dogs playing in the snow",
	})
	fmt.Printf("%.4f\n", stats.Score())
	// Output: 0.3848
}

// TestEqualWords: many equal words, each of which matches each, take time for
// their pairs and not for their triples.
func TestEqualWords(t *testing.T) {
	text := strings.Repeat("dog ", 3*MostWords)
	begin := time.Now()
	stats := New().Segment(text, []string{text})
	if took := time.Since(begin); took > time.Minute {
		t.Errorf("%d equal words take %v", 3*MostWords, took)
	}
	if score := stats.Score(); score <= 0 || score > 1 {
		t.Errorf("score %v", score)
	}
}

// TestWork counts what a search looks at: where words are equal it costs what
// the square of their number says, and no more, as it does for prose.
func TestWork(t *testing.T) {
	work := func(text string, count int) int {
		s := New()
		words := s.words.appendWords(nil, strings.Repeat(text, count))[:count]
		var a aligner
		a.align(nil, words[1:], words, nil)
		return a.work
	}
	for _, text := range []string{"dog ", "dog cat ", "a brown dog runs over the grass and a man throws a red ball to it "} {
		few, many := work(text, 100), work(text, 400)
		if most := 16 * few * 3 / 2; few == 0 || many > most {
			t.Errorf("400 words of %q cost %d, 100 cost %d: more than the square", text, many, few)
		}
		if most := 400 * 400 * 4 * beamSize; many > most {
			t.Errorf("400 words of %q cost %d, want %d at most", text, many, most)
		}
	}
}
