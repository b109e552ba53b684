package ptb

import "strings"

// Helpers of the rules. A rule returns where its match ends, or -1.

func isASCIILetter(c int) bool { return lower(c) >= 'a' && lower(c) <= 'z' }
func isCapital(c int) bool     { return c >= 'A' && c <= 'Z' }
func isASCIIDigit(c int) bool  { return c >= '0' && c <= '9' }
func isAlnum(c int) bool       { return isASCIILetter(c) || isASCIIDigit(c) }

// lower returns an ASCII capital's small letter, and any other c as it is.
func lower(c int) int {
	if isCapital(c) {
		return c | 0x20
	}
	return c
}

// isOneOf tells whether c stands in the ASCII list.
func isOneOf(c int, list string) bool {
	return c > 0 && c < 0x80 && strings.IndexByte(list, byte(c)) >= 0
}

// is tells whether the character at i is of a class.
func (s *scanner) is(class class, i int) bool {
	return i >= 0 && i < len(s.in) && classOf(s.in[i]) == class
}

// run returns the end of the characters of a class from i on, at least one,
// or -1.
func (s *scanner) run(class class, i int) int {
	start := i
	for s.is(class, i) {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

// runOf is run for characters that f accepts.
func (s *scanner) runOf(i int, f func(c int) bool) int {
	start := i
	for i >= 0 && i < len(s.in) && f(int(s.in[i])) {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

// literal returns the end of text at i without regard to case, or -1.
func (s *scanner) literal(i int, text string) int {
	if i < 0 || i+len(text) > len(s.in) {
		return -1
	}
	for k := range len(text) {
		if lower(int(s.in[i+k])) != lower(int(text[k])) {
			return -1
		}
	}
	return i + len(text)
}

// isSpaceAt and isGapAt tell whether a space, or a space or line end, is at i.
func (s *scanner) isSpaceAt(i int) bool { return s.is(space, i) }
func (s *scanner) isGapAt(i int) bool   { return s.is(space, i) || s.is(newline, i) }

// gap returns the end of one space or line end at i, or -1.
func (s *scanner) gap(i int) int {
	if s.char(i) == '\r' && s.char(i+1) == '\n' {
		return i + 2
	}
	if s.isGapAt(i) || s.char(i) == 0x85 {
		return i + 1
	}
	return -1
}

// gaps is gap for one or more of them.
func (s *scanner) gaps(i int) int {
	end := s.gap(i)
	for next := s.gap(end); next > 0; next = s.gap(next) {
		end = next
	}
	return end
}

// isCommaLike tells whether c is a mark inside a sentence.
func isCommaLike(c int) bool { return c == ',' || c == ';' || c == ':' || c == 0x3001 }
