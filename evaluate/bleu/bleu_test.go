package bleu

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func split(texts ...string) [][]string {
	var words [][]string
	for _, text := range texts {
		words = append(words, strings.Fields(text))
	}
	return words
}

func TestSentence(t *testing.T) {
	for _, test := range []struct {
		name, caption string
		references    []string
		want          Stats
	}{
		{"clipped", "the the the the the the the", []string{"the cat is on the mat", "there is a cat on the mat"},
			Stats{[4]int{2}, [4]int{7, 6, 5, 4}, 7, 7}}, // Papineni 2002, §2.1
		{"the shorter of two as close", "a b c d", []string{"a b c d e", "a b c"},
			Stats{[4]int{4, 3, 2, 1}, [4]int{4, 3, 2, 1}, 4, 3}},
		{"empty", "", []string{"a b"}, Stats{[4]int{}, [4]int{}, 0, 2}},
		{"repeated pairs", "a b a b", []string{"a b", "b a b"}, Stats{[4]int{3, 2, 1, 0}, [4]int{4, 3, 2, 1}, 4, 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Sentence(strings.Fields(test.caption), split(test.references...)); got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

// TestFakeCaptions has the counts and scores of coco-caption's own example.
func TestFakeCaptions(t *testing.T) {
	s := Stats{[4]int{5732, 2510, 1043, 423}, [4]int{9893, 8893, 7893, 6893}, 9893, 9855}
	for n, want := range []float64{.579, .404, .279, .191} {
		if got := s.Scores()[n]; math.Abs(got-want) > 5e-4 {
			t.Errorf("BLEU-%d %v, want %v", n+1, got, want)
		}
	}
	if math.Abs(s.Ratio()-1.00385591071) > 1e-11 || s.BrevityPenalty() != 1 {
		t.Errorf("ratio %v, penalty %v", s.Ratio(), s.BrevityPenalty())
	}
	short := Stats{Length: 2, Reference: 4}
	if want := math.Exp(-1); math.Abs(short.BrevityPenalty()-want) > 1e-8 {
		t.Errorf("penalty %v, want %v", short.BrevityPenalty(), want)
	}
}

func ExampleSentence() {
	var corpus Stats
	corpus.Add(Sentence(strings.Fields("a dog runs"), split("a dog runs fast", "the dog")))
	corpus.Add(Sentence(strings.Fields("two men play soccer"), split("two men play soccer")))
	fmt.Printf("%.4f\n", corpus.Scores())
	// Output: [1.0000 1.0000 1.0000 1.0000]
}
