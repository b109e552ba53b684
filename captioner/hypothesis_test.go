package captioner

import (
	"math"
	"slices"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
)

// words of a vocabulary for searches by hand: 4 is a, 5 is b.
var handWords = append(slices.Clone(specials), "a", "b")

// specials begin every vocabulary.
var specials = []string{"<pad>", "<start>", "<end>", "<unk>"}

// logs are log-probabilities of the vocabulary of handWords.
func logs(end, a, b float64) []float32 {
	best := float32(0) // what must never be said is the likeliest
	return []float32{best, best, float32(math.Log(end)), best, float32(math.Log(a)), float32(math.Log(b))}
}

// runByHand searches with the same log-probabilities after every word.
func runByHand(t *testing.T, b Beam, logp []float32) []Caption {
	t.Helper()
	v, err := checkpoint.NewVocabulary(checkpoint.WordTokenizer, handWords)
	if err != nil {
		t.Fatal(err)
	}
	q := newSearch(t.Context(), v, b)
	for !q.done() {
		var rows []row
		var alphas [][]float32
		var gates []float64
		for range q.live {
			rows, alphas, gates = append(rows, row{logp: slices.Clone(logp)}), append(alphas, []float32{1}), append(gates, .5)
		}
		q.extend(rows, gates, alphas)
	}
	return q.captions(v, b)
}

func TestSearch(t *testing.T) {
	for _, test := range []struct {
		name     string
		beam     Beam
		row      []float32
		want     []string
		finished bool
	}{
		{"greedy ends at once", Beam{Width: 1, Best: 1, MaxWords: 30}, logs(.5, .3, .2), []string{""}, true},
		{"ties go to the lower word", Beam{Width: 1, Best: 1, MaxWords: 3}, logs(.2, .4, .4), []string{"a a a"}, false},
		{"two finish", Beam{Width: 2, Best: 2, MaxWords: 30}, logs(.5, .3, .2), []string{"", "a"}, true},
		{"never finished", Beam{Width: 2, Best: 2, MaxWords: 2}, logs(0, .6, .4), []string{"a a", "a b"}, false},
		{"one word at least", Beam{Width: 1, Best: 1, MaxWords: 30, MinWords: 1}, logs(.5, .3, .2), []string{"a"}, true},
		{"length penalty prefers longer", Beam{Width: 2, Best: 1, MaxWords: 30, LengthPenalty: 20}, logs(.5, .3, .2), []string{"a"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := runByHand(t, test.beam, test.row)
			var texts []string
			for _, c := range got {
				texts = append(texts, c.Text)
				if c.Finished != test.finished {
					t.Errorf("%q finished %v, want %v", c.Text, c.Finished, test.finished)
				}
			}
			if !slices.Equal(texts, test.want) {
				t.Errorf("captions %q, want %q", texts, test.want)
			}
		})
	}
}

func TestSearchScores(t *testing.T) {
	got := runByHand(t, Beam{Width: 2, Best: 2, MaxWords: 30}, logs(.5, .3, .2))
	if want := math.Log(.3) + math.Log(.5); math.Abs(got[1].LogProbability-want) > 1e-6 {
		t.Errorf("log-probability %v, want %v", got[1].LogProbability, want)
	}
	word := got[1].Words[0]
	if word.Text != "a" || math.Abs(word.LogProbability-math.Log(.3)) > 1e-6 || word.Gate != .5 || len(word.Attention) != 1 {
		t.Errorf("word %+v", word)
	}
}

func TestSearchNotFinite(t *testing.T) {
	nan := float32(math.NaN())
	got := runByHand(t, DefaultBeam(), []float32{nan, nan, nan, nan, nan, nan})
	if len(got) != 0 {
		t.Errorf("captions %+v from log-probabilities that are no numbers", got)
	}
}

func TestBeamValidate(t *testing.T) {
	for _, test := range []struct {
		name string
		beam Beam
		ok   bool
	}{
		{"default", DefaultBeam(), true},
		{"no width", Beam{Best: 1, MaxWords: 30}, false},
		{"more answers than width", Beam{Width: 2, Best: 3, MaxWords: 30}, false},
		{"no words", Beam{Width: 2, Best: 1}, false},
		{"more words at least than at most", Beam{Width: 2, Best: 1, MaxWords: 3, MinWords: 4}, false},
		{"groups that do not divide the width", Beam{Width: 5, Best: 1, MaxWords: 3, Groups: 2}, false},
		{"a temperature without draws", Beam{Width: 5, Best: 1, MaxWords: 3, Temperature: .5}, false},
		{"a share of words above all", Beam{Width: 5, Best: 1, MaxWords: 3, Sample: true, TopP: 1.5}, false},
		{"more draws than width", Beam{Width: 5, Best: 9, MaxWords: 3, Sample: true}, true},
		{"penalty", Beam{Width: 2, Best: 1, MaxWords: 3, LengthPenalty: -1}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.beam.Validate(); (err == nil) != test.ok {
				t.Errorf("Validate() = %v", err)
			}
		})
	}
}

// TestSearchSettings: what may not be said is not said.
func TestSearchSettings(t *testing.T) {
	for _, test := range []struct {
		name string
		beam Beam
		row  []float32
		want []string
	}{
		{"no word twice", Beam{Width: 1, Best: 1, MaxWords: 9, NoRepeat: 1}, logs(.1, .6, .3), []string{"a b"}},
		{"no pair twice", Beam{Width: 1, Best: 1, MaxWords: 9, NoRepeat: 2}, logs(.1, .6, .3), []string{"a a b a"}},
		{"a word forbidden", Beam{Width: 1, Best: 1, MaxWords: 2, Forbidden: []string{"a", "zebra"}}, logs(.1, .6, .3), []string{"b b"}},
		{"groups without diversity agree", Beam{Width: 2, Groups: 2, Best: 2, MaxWords: 2}, logs(0, .6, .4), []string{"a a", "a a"}},
		{"groups part", Beam{Width: 2, Groups: 2, Diversity: 1, Best: 2, MaxWords: 2}, logs(0, .6, .4), []string{"a a", "b b"}},
		{"one likeliest word is drawn", Beam{Sample: true, Width: 5, Best: 2, TopK: 1, MaxWords: 2}, logs(.1, .6, .3), []string{"a a", "a a"}},
		{"a nucleus of one word", Beam{Sample: true, Width: 5, Best: 1, TopP: .5, MaxWords: 2}, logs(.1, .6, .3), []string{"a a"}},
		{"a low temperature", Beam{Sample: true, Width: 5, Best: 1, Temperature: .01, MaxWords: 2}, logs(.1, .6, .3), []string{"a a"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.beam.Validate(); err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, c := range runByHand(t, test.beam, test.row) {
				texts = append(texts, c.Text)
			}
			if !slices.Equal(texts, test.want) {
				t.Errorf("captions %q, want %q", texts, test.want)
			}
		})
	}
}

// TestDraws draws words as often as they are likely, within five deviations,
// and the same ones from the same seed.
func TestDraws(t *testing.T) {
	const draws = 1000
	beam := Beam{Sample: true, Width: 1, Best: draws, MaxWords: 1, Seed: 3}
	row := logs(.2, .5, .3)
	first, again := runByHand(t, beam, row), runByHand(t, beam, row)
	counts := map[string]int{}
	for i, c := range first {
		counts[c.Text]++
		if c.Text != again[i].Text {
			t.Fatal("one seed draws two things")
		}
	}
	for text, p := range map[string]float64{"": .2, "a": .5, "b": .3} {
		if got := float64(counts[text]); math.Abs(got-draws*p) > 5*math.Sqrt(draws*p*(1-p)) {
			t.Errorf("%q is drawn %v times of %d, and its probability is %v", text, got, draws, p)
		}
	}
	beam.Seed = 4
	if other := runByHand(t, beam, row); slices.EqualFunc(first, other, func(a, b Caption) bool { return a.Text == b.Text }) {
		t.Error("two seeds draw the same")
	}
}
