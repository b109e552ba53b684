package captioner

import (
	"fmt"
	"strings"
	"unicode"
)

// The names of what cuts a caption into words. A checkpoint holds the name of
// the one that its vocabulary was made with.
const (
	SplitWords      = "words"      // runs of letters, marks and digits
	SplitCharacters = "characters" // each letter, mark or digit alone, for scripts without spaces
)

// Split returns the words of a caption in lower case. Every character that is
// neither a Unicode letter, mark nor digit separates words. The rule is
// SplitWords or SplitCharacters.
func Split(rule, caption string) []string {
	words := strings.FieldsFunc(strings.ToLower(caption), separates)
	if rule == SplitCharacters {
		return strings.Split(strings.Join(words, ""), "")
	}
	return words
}

func separates(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
}

func validateSplit(rule string) error {
	if rule != SplitWords && rule != SplitCharacters {
		return fmt.Errorf("words %q: give %s or %s", rule, SplitWords, SplitCharacters)
	}
	return nil
}
