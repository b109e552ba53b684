// Package typeset sets any text: in pictures, with the built-in font and those
// of the machine; in XML; in file names. A text from a stranger stays text in all
// of them.
package typeset

import (
	"strings"
	"unicode"
)

// Clean returns text as one line that any format can hold: bytes that are not
// UTF-8 become U+FFFD, control characters and line breaks become spaces,
// and so do marks that turn the direction of writing round.
func Clean(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || '\u202A' <= r && r <= '\u202E' || '\u2066' <= r && r <= '\u2069' || r == '\uFFFE' || r == '\uFFFF' {
			return ' '
		}
		return r
	}, text)
}

// Wrap breaks text into lines no wider than width by measure; a word too wide
// for a line of its own is broken where it must be.
func Wrap(text string, width float64, measure func(string) float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && measure(line+" "+word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line = word; measure(line) > width; {
			head := fit(line, width, measure)
			lines, line = append(lines, head), line[len(head):]
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// fit returns the longest beginning of text that width holds, one character at
// least.
func fit(text string, width float64, measure func(string) float64) string {
	end := 0
	for i, r := range text {
		next := i + len(string(r))
		if end > 0 && measure(text[:next]) > width {
			break
		}
		end = next
	}
	return text[:end]
}

// Shorten returns text, or its beginning and an ellipsis where width is less.
func Shorten(text string, width float64, measure func(string) float64) string {
	if measure(text) <= width {
		return text
	}
	head := fit(text, width-measure("…"), measure)
	return strings.TrimRight(head, " ") + "…"
}
