package checkpoint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Indices of the special words, the first of every vocabulary.
const (
	Pad     = 0 // fills a batch of captions of unequal length; never scored
	Start   = 1 // fed to the decoder before the first word
	End     = 2 // ends a caption; scored
	Unknown = 3 // stands for every word outside the vocabulary; never said
)

var specials = []string{"<pad>", "<start>", "<end>", "<unk>"}

// Vocabulary is the list of words that a captioner knows, by index.
type Vocabulary struct {
	words     []string
	index     map[string]int
	tokenizer string
}

// BuildVocabulary returns the words that captions hold at least minimumCount
// times, by falling count, ties by bytes, behind the special words. The
// tokenizer is WordTokenizer or CharacterTokenizer.
func BuildVocabulary(tokenizer string, captions []string, minimumCount int) (*Vocabulary, error) {
	if err := validateTokenizer(tokenizer); err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, caption := range captions {
		for _, word := range Tokenize(tokenizer, caption) {
			counts[word]++
		}
	}
	var words []string
	for word, count := range counts {
		if count >= minimumCount {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("no word stands at least %d times in the %d training captions; lower the minimum count", minimumCount, len(captions))
	}
	slices.SortFunc(words, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
	return NewVocabulary(tokenizer, append(slices.Clone(specials), words...))
}

// NewVocabulary returns the vocabulary of words in index order, the special
// words first.
func NewVocabulary(tokenizer string, words []string) (*Vocabulary, error) {
	if err := validateTokenizer(tokenizer); err != nil {
		return nil, err
	}
	if len(words) <= len(specials) || !slices.Equal(words[:len(specials)], specials) {
		return nil, fmt.Errorf("a vocabulary begins with %s and holds at least one word more", strings.Join(specials, " "))
	}
	index := make(map[string]int, len(words))
	for i, word := range words {
		if other, ok := index[word]; ok {
			return nil, fmt.Errorf("the vocabulary holds %q twice, at %d and %d", word, other, i)
		}
		index[word] = i
	}
	return &Vocabulary{words: words, index: index, tokenizer: tokenizer}, nil
}

// Len returns the number of words, the special ones included.
func (v *Vocabulary) Len() int { return len(v.words) }

// Words returns the words in index order. The caller must not change them.
func (v *Vocabulary) Words() []string { return v.words }

// Tokenizer returns the name of what splits a caption into words.
func (v *Vocabulary) Tokenizer() string { return v.tokenizer }

// Encode returns the indices of a caption's words, cut to maximum words, and
// <end> behind them.
func (v *Vocabulary) Encode(caption string, maximum int) []int64 {
	words := Tokenize(v.tokenizer, caption)
	words = words[:min(len(words), max(maximum, 0))]
	indices := make([]int64, 0, len(words)+1)
	for _, word := range words {
		index, ok := v.index[word]
		if !ok {
			index = Unknown
		}
		indices = append(indices, int64(index))
	}
	return append(indices, End)
}

// Word returns the word of an index.
func (v *Vocabulary) Word(index int) string { return v.words[index] }

// Index returns the index of a word, and whether the vocabulary holds it.
func (v *Vocabulary) Index(word string) (index int, ok bool) {
	index, ok = v.index[word]
	return index, ok
}

// Join returns words as a caption: with single spaces between them, or none
// where words are characters.
func (v *Vocabulary) Join(words []string) string {
	if v.tokenizer == CharacterTokenizer {
		return strings.Join(words, "")
	}
	return strings.Join(words, " ")
}

// Extend returns the vocabulary with the words of captions that it lacks
// behind its own, chosen and ordered as BuildVocabulary does. Indices of its
// own words stay as they are.
func (v *Vocabulary) Extend(captions []string, minimumCount int) (*Vocabulary, error) {
	words := slices.Clone(v.words)
	if more, err := BuildVocabulary(v.tokenizer, captions, minimumCount); err == nil {
		for _, word := range more.words[len(specials):] {
			if _, ok := v.index[word]; !ok {
				words = append(words, word)
			}
		}
	}
	return NewVocabulary(v.tokenizer, words)
}
