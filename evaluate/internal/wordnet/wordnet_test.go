package wordnet

import (
	"slices"
	"testing"
)

func TestSynsets(t *testing.T) {
	for _, test := range []struct {
		name, one, other string
		share            bool
	}{
		{"synonyms", "car", "automobile", true},
		{"noun and noun", "picture", "photograph", true},
		{"no synonyms", "dog", "cat", false},
		{"two parts of speech at offset 1740", "entity", "breathe", true},
		{"no such word", "dog", "dogzz", false},
		{"before the first word", "dog", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			share := slices.ContainsFunc(Synsets(test.one), func(s Synset) bool {
				return slices.ContainsFunc(Synsets(test.other), func(o Synset) bool { return s.Offset() == o.Offset() })
			})
			if share != test.share {
				t.Errorf("%q and %q share a synset: %v, want %v", test.one, test.other, share, test.share)
			}
		})
	}
}

func TestNames(t *testing.T) {
	var got []string
	for _, s := range Synsets("ball") {
		got = append(got, Names(s)...)
	}
	slices.Sort(got)
	want := []string{"Ball", "ball", "ballock", "bollock", "chunk", "clod", "clump", "egg", "formal", "glob",
		"globe", "lump", "nut", "orb", "orchis", "testicle", "testis"} // NLTK 3.8 on WordNet 3.0
	if got = slices.Compact(got); !slices.Equal(got, want) {
		t.Errorf("names of the synsets of ball: %q, want %q", got, want)
	}
}

func TestIrregulars(t *testing.T) {
	for _, test := range []struct {
		name, form string
		want       []Irregular
	}{
		{"noun", "wolves", []Irregular{{Noun, "wolf"}}},
		{"verb", "ran", []Irregular{{Verb, "run"}}},
		{"two bases", "better", []Irregular{{Adjective, "good"}, {Adjective, "well"}, {Adverb, "well"}}},
		{"regular", "dogs", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Irregulars(test.form); !slices.Equal(got, test.want) {
				t.Errorf("Irregulars(%q) = %v, want %v", test.form, got, test.want)
			}
		})
	}
}

func TestWholeDictionary(t *testing.T) {
	count, last := 0, ""
	for lemma, data := range lemmas.all() {
		if got, ok := lemmas.find(lemma); !ok || got != data {
			t.Fatalf("find(%q) = %q, %v, want %q", lemma, got, ok, data)
		}
		if lemma <= last {
			t.Fatalf("%q after %q", lemma, last)
		}
		count, last = count+1, lemma
	}
	if count != 83118 {
		t.Errorf("%d lemmas, want 83118", count) // WordNet 3.0's single words
	}
}

func BenchmarkSynsets(b *testing.B) {
	for b.Loop() {
		Synsets("automobile")
	}
}
