package nltk

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestMeteor(t *testing.T) {
	meteor := NewMeteor()
	for _, test := range []struct {
		name, hyp string
		refs      []string
		want      float64
	}{ // values of NLTK 3.8
		{
			"doctest", "It is a guide to action which ensures that the military always obeys the commands of the party",
			[]string{"It is a guide to action that ensures that the military will forever heed Party commands"}, 0.6944444444444445,
		},
		{"all words", "The cat sat on the mat", []string{"The cat sat on the mat"}, 0.9976851851851852},
		{"two chunks of three", "on the mat sat the cat", []string{"The cat sat on the mat"}, 0.5},
		{"synonyms", "creates or updates a virtual machine scale set", []string{"create or update a vm set"}, 0.7806451612903227},
		{"any case, best reference", "THIS Is a tEST", []string{"this is a test", "this istest"}, 0.9921875},
		{"nothing in common", "non matching hypothesis", []string{"this is a cat"}, 0},
		{"empty hypothesis", "", []string{"a cat"}, 0},
		{"no references", "a cat", nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := meteor.Score(strings.Fields(test.hyp), fields(test.refs)); math.Abs(got-test.want) > 1e-12 {
				t.Errorf("score of %q = %v, want %v", test.hyp, got, test.want)
			}
		})
	}
}

func TestSentenceBLEU(t *testing.T) {
	cat := "The cat was sat on the mat"
	for _, test := range []struct {
		name, hyp, ref string
		weights        []float64
		smoothing      Smoothing
		want           float64
	}{ // values of NLTK 3.8
		{"no smoothing needed", cat, "The cat sat on the mat", four, None, 0.488923022434901},
		{"method2", cat, "The cat sat on the mat", four, Method2, 0.5915463685222677},
		{"method5", cat, "The cat sat on the mat", four, Method5, 0.5474852917013631},
		{"zero counts", "on the mat sat the cat", "The cat sat on the mat", four, None, 6.562069055463047e-78},
		{"method1", "on the mat sat the cat", "The cat sat on the mat", four, Method1, 0.2295748846661433},
		{"method3", "on the mat sat the cat", "The cat sat on the mat", four, Method3, 0.34329452398451965},
		{"method4", "on the mat sat the cat", "The cat sat on the mat", four, Method4, 0.26560992666384673},
		{"method7", "on the mat sat the cat", "The cat sat on the mat", four, Method7, 0.37198456711980865},
		{"shorter than its reference", "a dog", "a dog runs fast", []float64{1}, None, math.Exp(-1)},
		{"nothing in common", "a dog", "one cat", four, Method1, 0},
		{"empty", "", "one cat", four, None, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := SentenceBLEU(strings.Fields(test.hyp), fields([]string{test.ref}), test.weights, test.smoothing)
			if math.Abs(got-test.want) > 1e-9*test.want {
				t.Errorf("BLEU of %q = %v, want %v", test.hyp, got, test.want)
			}
		})
	}
}

func TestLower(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{ // values of Python's str.lower
		{"ASCII", "DOG", "dog"}, {"accent", "ÉTÉ", "été"}, {"final sigma", "ΟΔΟΣ", "οδος"}, {"dotted I", "İ", "i̇"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := lower(test.text); got != test.want {
				t.Errorf("lower(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func ExampleMeteor_Score() {
	meteor := NewMeteor()
	score := meteor.Score(strings.Fields("a dog runs"), [][]string{strings.Fields("A dog is running")})
	fmt.Printf("%.4f\n", score)
	// Output: 0.6553
}

func BenchmarkMeteor(b *testing.B) {
	meteor := NewMeteor()
	hyp, ref := strings.Fields("two brown dogs are playing in the snow"), strings.Fields("the dogs are in the snow in front of a fence")
	for b.Loop() {
		meteor.Score(hyp, [][]string{ref})
	}
}
