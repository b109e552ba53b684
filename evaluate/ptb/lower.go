package ptb

import (
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// appendLower appends token[i] in lower case, as Java's String.toLowerCase
// has it in English.
func appendLower(out []byte, token []uint16, i int) []byte {
	r := rune(token[i])
	switch {
	case utf16.IsSurrogate(r):
		return appendSurrogate(out, token, i)
	case r == 'İ':
		return append(out, "i\u0307"...)
	case r == 'Σ' && finalSigma(token, i):
		return append(out, "ς"...)
	}
	return utf8.AppendRune(out, unicode.ToLower(r))
}

// appendSurrogate appends a pair of surrogates when it sees the first.
func appendSurrogate(out []byte, token []uint16, i int) []byte {
	if i+1 < len(token) {
		if r := utf16.DecodeRune(rune(token[i]), rune(token[i+1])); r != unicode.ReplacementChar {
			return utf8.AppendRune(out, unicode.ToLower(r))
		}
	}
	return out
}

// finalSigma tells whether the sigma at i ends a word: a cased letter stands
// before it in the word and none behind.
func finalSigma(token []uint16, i int) bool {
	before := false
	for k := i - 1; k >= 0 && inWord(token, k); k-- {
		before = before || cased(token[k])
	}
	for k := i + 1; k < len(token) && inWord(token, k); k++ {
		if cased(token[k]) {
			return false
		}
	}
	return before
}

// inWord tells whether Java takes token[i] for the inside of a word: letters,
// digits, and single marks between letters. Chinese and Japanese characters
// are words each.
func inWord(token []uint16, i int) bool {
	switch c := token[i]; classOf(c) {
	case letter:
		return !unicode.In(rune(c), unicode.Han, unicode.Hiragana, unicode.Katakana)
	case mark, digit:
		return true
	default:
		if !isOneOf(int(c), "'.:") && c != 0x2019 && !isJoiner(int(c)) {
			return false
		}
		return i > 0 && i+1 < len(token) && classOf(token[i-1]) == letter && classOf(token[i+1]) == letter
	}
}

func cased(c uint16) bool {
	r := rune(c)
	return unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r) ||
		unicode.In(r, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// isUpper tells whether the character at i is a capital to Java.
func (s *scanner) isUpper(i int) bool {
	if i >= len(s.in) {
		return false
	}
	r := rune(s.in[i])
	return unicode.IsUpper(r) || unicode.Is(unicode.Other_Uppercase, r)
}
