package nltk

import (
	"slices"
	"strings"

	"github.com/seetell/seetell/evaluate/internal/wordnet"
)

// synonyms returns the single words of all synsets of stem and of its base
// forms, as WordNet spells them, and stem itself, sorted.
func synonyms(stem string) []string {
	all := []string{stem}
	lemma := lower(stem)
	for part := range wordnet.Part(wordnet.Parts) {
		for _, form := range baseForms(lemma, part) {
			for _, synset := range synsets(form, part) {
				all = append(all, wordnet.Names(synset)...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// detachments are WordNet's rules, by part of speech (morphy(7WN)), as NLTK
// applies them.
var detachments = [wordnet.Parts][][2]string{
	wordnet.Noun: {
		{"s", ""}, {"ses", "s"}, {"ves", "f"}, {"xes", "x"}, {"zes", "z"}, {"ches", "ch"}, {"shes", "sh"}, {"men", "man"}, {"ies", "y"},
	},
	wordnet.Verb: {
		{"s", ""}, {"ies", "y"}, {"es", "e"}, {"es", ""}, {"ed", "e"}, {"ed", ""}, {"ing", "e"}, {"ing", ""},
	},
	wordnet.Adjective: {{"er", ""}, {"est", ""}, {"er", "e"}, {"est", "e"}},
}

// baseForms returns the lemmas of part that form may be a form of.
func baseForms(form string, part wordnet.Part) []string {
	candidates := []string{form}
	irregular := false
	for _, base := range wordnet.Irregulars(form) {
		if base.Part == part {
			candidates, irregular = append(candidates, base.Base), true
		}
	}
	if irregular {
		return lemmas(candidates, part)
	}
	detached := detach(candidates, part)
	found := lemmas(append(candidates, detached...), part)
	for len(found) == 0 && len(detached) > 0 {
		detached = detach(detached, part)
		found = lemmas(detached, part)
	}
	return found
}

func detach(forms []string, part wordnet.Part) []string {
	var shorter []string
	for _, form := range forms {
		for _, rule := range detachments[part] {
			if stem, ok := strings.CutSuffix(form, rule[0]); ok {
				shorter = append(shorter, stem+rule[1])
			}
		}
	}
	return shorter
}

// lemmas keeps the words that WordNet has in part, each once.
func lemmas(words []string, part wordnet.Part) []string {
	var found []string
	for _, word := range words {
		if !slices.Contains(found, word) && len(synsets(word, part)) > 0 {
			found = append(found, word)
		}
	}
	return found
}

func synsets(lemma string, part wordnet.Part) []wordnet.Synset {
	return slices.DeleteFunc(wordnet.Synsets(lemma), func(s wordnet.Synset) bool { return s.Part() != part })
}
