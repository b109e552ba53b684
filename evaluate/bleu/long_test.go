package bleu

import (
	"math/rand/v2"
	"testing"
)

// TestLong compares the two ways to count on texts of few words, which repeat
// n-grams often.
func TestLong(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	text := func(length int) []int {
		words := make([]int, length)
		for i := range words {
			words[i] = random.IntN(3) // 0, the zero word, is one of them
		}
		return words
	}
	for length := range 60 {
		caption, references := text(length), [][]int{text(length), text(7), text(2 * length)}
		want := Sentence(caption, references).Correct
		if got := correctLong(caption, references); got != want {
			t.Fatalf("caption %v, references %v: %v, want %v", caption, references, got, want)
		}
	}
}

func TestLongCaption(t *testing.T) {
	caption := make([]int, 400_000) // hours, were each word compared with each
	stats := Sentence(caption, [][]int{caption[:10]})
	if want := [MaxOrder]int{10, 9, 8, 7}; stats.Correct != want {
		t.Errorf("Correct = %v, want %v", stats.Correct, want)
	}
}
