package meteor

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/kljensen/snowball/english"
	"github.com/seetell/seetell/evaluate/internal/wordnet"
)

// A word is what the matchers need to know of one word, found once.
type word struct {
	key, stem int32     // hashes of the word and of its stem
	function  bool      // counts less than a content word
	synsets   []uint32  // its meanings and those of its base form, sorted
	bloom     [4]uint64 // a bit for each of synsets
	phrase    phraseWord
}

// cacheLimit bounds the words that a Scorer remembers.
const cacheLimit = 1 << 18

// words remembers the words met before. It is safe for concurrent use.
type words struct {
	known sync.Map // string → *word
	count atomic.Int64
	table *Table
}

func (w *words) get(text string) *word {
	if known, ok := w.known.Load(text); ok {
		return known.(*word)
	}
	made := newWord(strings.Clone(text), w.table)
	if w.count.Add(1) <= cacheLimit {
		w.known.Store(strings.Clone(text), made)
	}
	return made
}

// appendWords appends the words of the normalized line.
func (w *words) appendWords(list []*word, line string) []*word {
	for text := range strings.FieldsFuncSeq(line, isSeparator) {
		list = append(list, w.get(text))
	}
	return list
}

func newWord(text string, table *Table) *word {
	made := &word{
		key:      javaHash(text),
		stem:     javaHash(english.Stem(text, true)),
		function: functionWords[text],
		synsets:  meanings(text),
		phrase:   table.word(text),
	}
	for _, synset := range made.synsets {
		bit := synset * 0x9e3779b1 >> 24
		made.bloom[bit/64] |= 1 << (bit % 64)
	}
	return made
}

// javaHash is Java's String.hashCode, which METEOR compares instead of words.
func javaHash(text string) int32 {
	var hash int32
	for _, r := range text {
		if r >= 0x10000 {
			r -= 0x10000
			hash = 31*hash + 0xd800 + r>>10
			r = 0xdc00 + r&0x3ff
		}
		hash = 31*hash + r
	}
	return hash
}

// meanings returns the synsets of text and of its base form, by offset alone:
// METEOR does not keep the parts of speech apart.
func meanings(text string) []uint32 {
	var all []uint32
	add := func(lemma string) {
		for _, synset := range wordnet.Synsets(lemma) {
			all = append(all, synset.Offset())
		}
	}
	add(text)
	if bases := wordnet.Irregulars(text); len(bases) > 0 {
		for _, base := range bases {
			add(base.Base)
		}
	} else if base := baseForm(text); base != "" {
		add(base)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// endings are WordNet's rules of detachment in METEOR's order, suffix and what
// takes its place (morphy(7WN)).
var endings = [][2]string{
	{"s", ""}, {"ses", "s"}, {"xes", "x"}, {"zes", "z"}, {"ches", "ch"}, {"shes", "sh"}, {"men", "man"}, {"ies", "y"},
	{"s", ""}, {"ies", "y"}, {"es", "e"}, {"es", ""}, {"ed", "e"}, {"ed", ""}, {"ing", "e"}, {"ing", ""},
	{"er", ""}, {"est", ""}, {"er", "e"}, {"est", "e"},
}

// baseForm returns the base form of a regular form, or "".
func baseForm(text string) string {
	if len(text) <= 2 || strings.HasSuffix(text, "ss") {
		return text
	}
	end := ""
	if strings.HasSuffix(text, "ful") {
		end = "ful"
	}
	for _, rule := range endings {
		if stem, ok := strings.CutSuffix(text, rule[0]); ok && wordnet.IsLemma(stem+rule[1]) {
			return stem + rule[1] + end
		}
	}
	return ""
}

func (w *word) sharesMeaning(o *word) bool {
	common := uint64(0)
	for i, bits := range w.bloom {
		common |= bits & o.bloom[i]
	}
	if common == 0 {
		return false
	}
	for i, j := 0, 0; i < len(w.synsets) && j < len(o.synsets); {
		switch a, b := w.synsets[i], o.synsets[j]; {
		case a == b:
			return true
		case a < b:
			i++
		default:
			j++
		}
	}
	return false
}
