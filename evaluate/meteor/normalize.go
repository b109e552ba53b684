package meteor

import (
	"regexp"
	"strings"
)

// Normalize splits punctuation from the words of text, joins the dots of
// acronyms and puts everything in lower case, as METEOR -norm does before it
// aligns (its option to keep punctuation).
func Normalize(text string) string {
	if plain(text) {
		return strings.ToLower(strings.Trim(text, " "))
	}
	return general(text)
}

// general is Normalize without the short cut for plain words.
func general(text string) string {
	runes := []rune(" " + text + " ")
	runes = isolateSymbols(runes)
	runes = markDots(runes)
	runes = splitCommas(runes)
	runes = unifyQuotes(runes)
	runes = splitHyphens(runes)
	runes = splitApostrophes(runes)
	words := strings.FieldsFunc(string(runes), isSeparator)
	splitPeriods(words)
	return lower(joinSpaces(unmarkDots(strings.Join(words, " "))))
}

// plain reports whether text is only ASCII letters and digits between single
// spaces, which normalizing leaves as they are.
func plain(text string) bool {
	last := byte('x')
	for i := range len(text) {
		c := text[i]
		if c == ' ' && last == ' ' || c != ' ' && !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') {
			return false
		}
		last = c
	}
	return !strings.Contains(text, "DOTMULTI") // markDots's own name
}

// isolateSymbols puts spaces around whatever is no letter, digit, space or
// mark that later steps look at.
func isolateSymbols(text []rune) []rune {
	out := make([]rune, 0, len(text)+len(text)/4)
	for _, r := range text {
		if isLetter(r) || isDigit(r) || strings.ContainsRune(" \t\n\v\f\r.'`,-‘’", r) {
			out = append(out, r)
		} else {
			out = append(out, ' ', r, ' ')
		}
	}
	return out
}

var (
	dots      = regexp.MustCompile(`\.(\.+)`)
	dotsEnded = regexp.MustCompile(`DOTMULTI\.([^.])`)
)

// markDots replaces runs of dots by names, so that the splitting of periods
// leaves them alone; unmarkDots brings them back.
func markDots(text []rune) []rune {
	line := string(text)
	if !strings.Contains(line, "..") && !strings.Contains(line, "DOTMULTI") {
		return text
	}
	line = dots.ReplaceAllString(line, " DOTMULTI$1")
	for strings.Contains(line, "DOTMULTI.") {
		line = dotsEnded.ReplaceAllString(line, "DOTDOTMULTI $1")
		line = strings.ReplaceAll(line, "DOTMULTI.", "DOTDOTMULTI")
	}
	return []rune(line)
}

func unmarkDots(line string) string {
	for strings.Contains(line, "DOTDOTMULTI") {
		line = strings.ReplaceAll(line, "DOTDOTMULTI", "DOTMULTI.")
	}
	return strings.ReplaceAll(line, "DOTMULTI", ".")
}

// splitCommas splits commas, except between digits.
func splitCommas(text []rune) []rune {
	text = between(text, isNoDigit, ',', isNoDigit, " , ")
	text = between(text, isDigit, ',', isNoDigit, " , ")
	return between(text, isNoDigit, ',', isDigit, " , ")
}

func unifyQuotes(text []rune) []rune {
	out := make([]rune, 0, len(text)+8)
	for _, r := range text {
		switch r {
		case '`', '‘', '’':
			r = '\''
		}
		out = append(out, r)
	}
	line := string(out)
	if !strings.ContainsAny(line, "“”") && !strings.Contains(line, "''") {
		return out
	}
	return []rune(strings.NewReplacer("“", ` " `, "”", ` " `, "''", ` " `).Replace(line))
}

// splitHyphens splits words at hyphens; matches do not overlap, so that
// "a-b-c" becomes "a b-c".
func splitHyphens(text []rune) []rune {
	for i, r := range text {
		if r == '–' {
			text[i] = '-'
		}
	}
	if line := string(text); strings.Contains(line, "--") {
		text = []rune(strings.ReplaceAll(line, "--", "-"))
	}
	ends := func(r rune) bool { return isWord(r) || r == '.' }
	return between(text, ends, '-', isWord, " ")
}

// splitApostrophes parts "man's" into "man" and "'s".
func splitApostrophes(text []rune) []rune {
	text = between(text, isNoLetter, '\'', isNoLetter, " ' ")
	text = between(text, isNoWord, '\'', isLetter, " ' ")
	text = between(text, isLetter, '\'', isNoLetter, " ' ")
	text = between(text, isLetter, '\'', isLetter, " '")
	return between(text, isDigit, '\'', func(r rune) bool { return r == 's' }, " '")
}

// between replaces middle by text where it stands between a rune of before
// and one of after. A rune belongs to one replacement only.
func between(line []rune, before func(rune) bool, middle rune, after func(rune) bool, text string) []rune {
	var out []rune // nil while nothing has changed
	done := 0
	for i := 1; i+1 < len(line); i++ {
		if line[i] != middle || i-1 < done || !before(line[i-1]) || !after(line[i+1]) {
			continue
		}
		out = append(append(out, line[done:i]...), []rune(text)...)
		out = append(out, line[i+1])
		done = i + 2
		i++
	}
	if done == 0 {
		return line
	}
	return append(out, line[done:]...)
}

// splitPeriods splits the period from the end of each word, unless the word
// is an acronym, which loses all its dots, or an abbreviation, or a word in
// lower case follows.
func splitPeriods(words []string) {
	for i, word := range words {
		stem, ok := strings.CutSuffix(word, ".")
		if !ok || stem == "" {
			continue
		}
		next := byte(' ')
		if i+1 < len(words) {
			next = words[i+1][0]
		}
		switch {
		case strings.Contains(stem, ".") && strings.ContainsFunc(stem, isLetter):
			words[i] = strings.ReplaceAll(word, ".", "")
		case abbreviations[stem] == always || 'a' <= next && next <= 'z':
		case abbreviations[stem] == beforeNumber && '0' <= next && next <= '9':
		default:
			words[i] = stem + " ."
		}
	}
}

// joinSpaces makes one space of each run of spaces, Unicode's included.
func joinSpaces(line string) string {
	out := make([]rune, 0, len(line))
	for _, r := range line {
		if r >= 0x2000 && r <= 0x200a || r == 0x202f || r == 0x205f || r == 0x3000 || r == 0xa0 {
			r = ' '
		}
		if r != ' ' || len(out) == 0 || out[len(out)-1] != ' ' {
			out = append(out, r)
		}
	}
	return strings.TrimFunc(string(out), func(r rune) bool { return r <= ' ' })
}

// lower puts line in lower case as Java does, which keeps the dot of İ. Java's
// other exception, a sigma at the end of a word, cannot occur: by now each
// Greek letter stands alone.
func lower(line string) string {
	return strings.ToLower(strings.ReplaceAll(line, "İ", "i\u0307"))
}

func isSeparator(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' }

func isDigit(r rune) bool    { return '0' <= r && r <= '9' }
func isNoDigit(r rune) bool  { return !isDigit(r) }
func isNoLetter(r rune) bool { return !isLetter(r) }
func isWord(r rune) bool     { return isLetter(r) || isDigit(r) }
func isNoWord(r rune) bool   { return !isWord(r) }

// isLetter reports whether METEOR's normalizer takes r for a letter: Latin,
// Cyrillic and phonetic blocks.
func isLetter(r rune) bool {
	switch {
	case r < 0x80:
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	case r < 0x180:
		return 0xc0 <= r && r <= 0x17e && r != 0xd7 && r != 0xf7
	}
	return 0x400 <= r && r <= 0x527 || 0xa640 <= r && r <= 0xa66e || 0xa67e <= r && r <= 0xa697 || 0x1d00 <= r && r <= 0x1d7f
}
