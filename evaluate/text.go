package evaluate

import (
	"strings"
	"unicode"
)

// text is a caption or reference ready to be measured.
type text struct {
	raw   string  // as it was given
	line  string  // its tokens, joined by single spaces
	words []int32 // numbers of the tokens between runs of white space
	parts []int32 // numbers of the tokens between single spaces
}

// picture is the tokenized caption and references of one image.
type picture struct {
	caption    text
	references []text
}

// words returns the references' words, parts those between single spaces.
func (p *picture) words() [][]int32 {
	return each(p.references, func(t text) []int32 { return t.words })
}
func (p *picture) parts() [][]int32 {
	return each(p.references, func(t text) []int32 { return t.parts })
}

func each[T, U any](list []T, f func(T) U) []U {
	out := make([]U, len(list))
	for i, value := range list {
		out[i] = f(value)
	}
	return out
}

// numbers gives words numbers, in the order in which they appear: comparing
// numbers is quicker than comparing words.
type numbers map[string]int32

func (n numbers) of(words []string) []int32 {
	return each(words, func(word string) int32 {
		id, known := n[word]
		if !known {
			id = int32(len(n))
			n[word] = id
		}
		return id
	})
}

// text numbers the tokens of a line. BLEU and CIDEr split it at runs of white
// space, ROUGE at each space; nearly always that is the same.
func (n numbers) text(raw, line string) text {
	t := text{raw: raw, line: line, parts: n.of(strings.Split(line, " "))}
	t.words = t.parts
	if !plain(line) {
		t.words = n.of(strings.FieldsFunc(line, isSpace))
	}
	return t
}

// plain tells whether line has words between single spaces and no other
// white space.
func plain(line string) bool {
	before := ' '
	for _, r := range line {
		if isSpace(r) && (r != ' ' || before == ' ') {
			return false
		}
		before = r
	}
	return before != ' '
}

// isSpace tells whether Python's str.split() splits at r.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}
