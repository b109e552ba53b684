package evaluate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/seetell/seetell/evaluate/ptb"
)

// TokenizerNames are what Options.Tokenizer may name: ptb (pycocoevalcap's),
// words (lower case, without punctuation, as in the Karpathy splits) and none
// (the texts are tokens joined by spaces already).
var TokenizerNames = []string{"ptb", "words", "none"}

// lines tokenizes a batch of texts; each result is tokens joined by spaces.
func lines(tokenizer string, texts []string) ([]string, error) {
	switch tokenizer {
	case "ptb", "":
		return ptb.Captions(texts), nil
	case "words":
		return each(texts, wordsOf), nil
	case "none":
		return each(texts, trimSpace), nil
	}
	return nil, fmt.Errorf("no tokenizer %q: there are %s", tokenizer, strings.Join(TokenizerNames, ", "))
}

// punctuation is Python's string.punctuation.
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

// wordsOf is the tokenizer of the Karpathy splits: lower case, punctuation
// taken out, split at white space.
func wordsOf(text string) string {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(punctuation, r) {
			return -1
		}
		return r
	}, strings.ToLower(text))
	return strings.Join(strings.FieldsFunc(text, isSpace), " ")
}

func trimSpace(text string) string { return strings.TrimFunc(text, isSpace) }

// tokenize tokenizes all references as one batch and all captions as
// another, as the reference program does.
func tokenize(images Images, tokenizer string) ([]picture, numbers, error) {
	captions := each(images, func(i Image) string { return i.Caption })
	references := slices.Concat(each(images, func(i Image) []string { return i.References })...)
	var captionLines []string
	var captionError error
	var group sync.WaitGroup
	group.Go(func() { captionLines, captionError = lines(tokenizer, captions) })
	referenceLines, err := lines(tokenizer, references)
	group.Wait()
	if err := errors.Join(err, captionError); err != nil {
		return nil, nil, err
	}
	pictures, vocabulary := assemble(images, captionLines, referenceLines)
	return pictures, vocabulary, nil
}

// assemble numbers the words of tokenized lines.
func assemble(images Images, captionLines, referenceLines []string) ([]picture, numbers) {
	vocabulary := numbers{}
	pictures := make([]picture, len(images))
	next := 0
	for i, image := range images {
		pictures[i].caption = vocabulary.text(image.Caption, captionLines[i])
		pictures[i].references = make([]text, len(image.References))
		for j, reference := range image.References {
			pictures[i].references[j] = vocabulary.text(reference, referenceLines[next])
			next++
		}
	}
	return pictures, vocabulary
}
