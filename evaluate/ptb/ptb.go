// Package ptb splits English into the tokens of Stanford's PTBTokenizer 3.4.1,
// the one that pycocoevalcap runs before it counts words, without Java.
//
// It was written from that program's behaviour, which its tests record. A
// text is one stream: what a token is may depend on the line after it, so
// captions are tokenized together, as pycocoevalcap does.
//
// All functions may be called from many goroutines at once.
package ptb

import (
	"strings"
	"unicode"
)

// Tokenize returns text as the reference program prints it with the options
// -preserveLines -lowerCase: a line for each line, tokens in lower case with a
// space between them. Lines end at \n, and as Java has it at \r, \v, \f,
// U+2028 and U+2029 too.
func Tokenize(text string) string {
	s := newScanner(text)
	for s.at < len(s.all) {
		s.next()
	}
	return string(s.out)
}

// Lines tokenizes texts as one stream, a line each, and returns as many.
// A text's own line ends count as spaces; the reference program treats only
// \n so and lets the others shift the captions that follow.
func Lines(texts []string) []string {
	joined := make([]string, len(texts))
	for i, text := range texts {
		joined[i] = oneLine.Replace(text)
	}
	return strings.Split(Tokenize(strings.Join(joined, "\n")), "\n")
}

var oneLine = strings.NewReplacer("\n", " ", "\r", " ", "\v", " ", "\f", " ", "\u2028", " ", "\u2029", " ")

// Captions is Lines without the tokens that pycocoevalcap takes for
// punctuation.
func Captions(texts []string) []string {
	lines := Lines(texts)
	for i, line := range lines {
		lines[i] = withoutPunctuation(line)
	}
	return lines
}

// punctuation is pycocoevalcap's list. It compares with tokens in lower
// case, so that its names of brackets in capitals are left out here: they
// never match.
var punctuation = map[string]bool{
	"''": true, "'": true, "``": true, "`": true, ".": true, "?": true, "!": true,
	",": true, ":": true, "-": true, "--": true, "...": true, ";": true,
}

func withoutPunctuation(line string) string {
	line = strings.TrimRightFunc(line, isSpace)
	var kept strings.Builder
	kept.Grow(len(line))
	for token := range strings.SplitSeq(line, " ") {
		if len(token) <= 3 && punctuation[token] {
			continue
		}
		if kept.Len() > 0 {
			kept.WriteByte(' ')
		}
		kept.WriteString(token)
	}
	return kept.String()
}

// isSpace tells whether Python's str.rstrip() takes r off.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }
