package checkpoint

import (
	"fmt"
	"strings"
	"unicode"
)

// The names of what cuts a caption into words. A checkpoint holds the name of
// the one that its vocabulary was made with.
const (
	WordTokenizer      = "words"      // runs of letters, marks and digits
	CharacterTokenizer = "characters" // each letter, mark or digit alone, for scripts without spaces
)

// Tokenize returns the words of a caption in lower case. Every character that is
// neither a Unicode letter, mark nor digit separates words. The tokenizer is
// WordTokenizer or CharacterTokenizer.
func Tokenize(tokenizer, caption string) []string {
	words := strings.FieldsFunc(strings.ToLower(caption), separates)
	if tokenizer == CharacterTokenizer {
		return strings.Split(strings.Join(words, ""), "")
	}
	return words
}

func separates(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
}

func validateTokenizer(tokenizer string) error {
	if tokenizer != WordTokenizer && tokenizer != CharacterTokenizer {
		return fmt.Errorf("words %q: give %s or %s", tokenizer, WordTokenizer, CharacterTokenizer)
	}
	return nil
}
