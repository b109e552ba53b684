// Package terminal is the door that a command's output goes through: whatever
// checkpoints, file names, captions and errors hold, it reaches people as text,
// and steers no terminal.
//
// Control characters, escapes among them, and characters that turn the
// direction of writing round are written as JSON writes them, \u001b, so that a
// JSON text that goes through the door stays the same JSON. Line feeds and tabs
// pass, since they are the command's own; a stranger's text within a line goes
// through Line first. Pipes and files get what a terminal gets: what is in them
// is soon on a screen.
package terminal

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Line returns text as it can stand in one line: nothing in it steers a
// terminal, ends the line or makes a column.
func Line(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r == '\n' || r == '\t' || steers(r) }) && utf8.ValidString(text) {
		return text
	}
	return string(escape(nil, []byte(text), true))
}

// steers tells whether a terminal may do something else on r than show it.
func steers(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case unicode.IsControl(r): // C0, DEL and C1
		return true
	case r == '\u2028' || r == '\u2029': // ends of lines and paragraphs
		return true
	}
	return '\u202A' <= r && r <= '\u202E' || '\u2066' <= r && r <= '\u2069' // turn the direction round
}

// escape appends text to out, what steers and, within a line, what ends it
// written as escapes, and bytes that are no UTF-8 as \x9b.
func escape(out, text []byte, line bool) []byte {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1:
			out = fmt.Appendf(out, `\x%02x`, text[0])
		case line && r == '\n':
			out = append(out, `\n`...)
		case line && r == '\t':
			out = append(out, `\t`...)
		case line && r == '\r':
			out = append(out, `\r`...)
		case steers(r):
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = append(out, text[:size]...)
		}
		text = text[size:]
	}
	return out
}

// JSON returns JSON of which no part steers a terminal, when it is looked at: the
// same JSON with more of its letters escaped.
func JSON(text []byte) []byte { return escape(nil, text, false) }

// Writer passes text on, escaped. Several goroutines may write.
type Writer struct {
	to    io.Writer
	mutex sync.Mutex
	begun []byte // of a character that the last write ended within
	err   error  // the first write's that failed
}

// NewWriter returns the door to w.
func NewWriter(w io.Writer) *Writer { return &Writer{to: w} }

// Unwrap returns what the door leads to.
func (w *Writer) Unwrap() io.Writer { return w.to }

// Write passes text on. A character may come in several writes.
func (w *Writer) Write(text []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	whole := append(w.begun, text...)
	end := len(whole) - unfinished(whole)
	if _, err := w.to.Write(escape(nil, whole[:end], false)); err != nil {
		w.err = cmp.Or(w.err, err)
		return 0, err
	}
	w.begun = append([]byte(nil), whole[end:]...)
	return len(text), nil
}

// Flush writes what was begun and never ended. Its error is the first of all
// writes, for those who did not look at theirs.
func (w *Writer) Flush() error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	_, err := w.to.Write(escape(nil, w.begun, false))
	w.begun = nil
	w.err = cmp.Or(w.err, err)
	return w.err
}

// unfinished returns how many bytes at the end begin a character.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}
