package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/sirupsen/logrus"

	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/internal/wholefile"
)

// standardOutput is the file name that stands for standard output.
const standardOutput = "-"

// writeTo has print write to the file at path, whole or not at all, or to out
// where no file, or standard output, is named.
func writeTo(path string, out io.Writer, print func(io.Writer) error) error {
	if path == "" || path == standardOutput {
		return print(out)
	}
	var text bytes.Buffer
	door := terminal.NewWriter(&text) // a file is soon on a screen too
	if err := errors.Join(print(door), door.Flush()); err != nil {
		return err
	}
	return wholefile.Write(path, text.Bytes(), 0o666)
}

// behind returns what a door of package terminal leads to, and other writers
// as they are.
func behind(w io.Writer) io.Writer {
	if door, ok := w.(*terminal.Writer); ok {
		return door.Unwrap()
	}
	return w
}

// terminalFile returns the terminal that w writes to, false for anything else.
// Whoever draws on it says no word that a stranger chose.
func terminalFile(w io.Writer) (*os.File, bool) {
	file, ok := behind(w).(*os.File)
	if !ok {
		return nil, false
	}
	info, err := file.Stat()
	return file, err == nil && info.Mode()&os.ModeCharDevice != 0
}

// printError writes an error as one line; several that were joined, a line
// each, and the same once.
func printError(messages io.Writer, err error) {
	var all []string
	for _, one := range joined(err) {
		said := strings.Replace(inOneLine(advised(one)), ": "+context.Canceled.Error(), "", 1) // who ended it knows
		if said == context.Canceled.Error() {
			said = "interrupted"
		}
		if !slices.Contains(all, said) {
			all = append(all, said)
			fmt.Fprintf(messages, "seetell: %s\n", terminal.Line(said))
		}
	}
}

// inOneLine is an error's text with a semicolon between errors that were joined
// within it, and each once; JSON that does not fit is told without Go's types.
func inOneLine(err error) string {
	said := err.Error()
	if unfit, ok := err.(*json.UnmarshalTypeError); ok {
		return cmp.Or(unfit.Field, "the whole") + " is of the wrong kind: " + unfit.Value
	}
	for _, inner := range within(err) {
		if several := joined(inner); len(several) > 1 {
			var all []string
			for _, one := range several {
				if text := inOneLine(one); !slices.Contains(all, text) {
					all = append(all, text)
				}
			}
			said = strings.Replace(said, inner.Error(), strings.Join(all, "; "), 1)
		} else {
			said = strings.Replace(said, inner.Error(), inOneLine(inner), 1)
		}
	}
	return said
}

// within returns the errors that an error wraps.
func within(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	if inner := errors.Unwrap(err); inner != nil {
		return []error{inner}
	}
	return nil
}

// joined returns the errors of errors.Join, also of one that was marked but
// says nothing else; any other error alone, also where it wraps several.
func joined(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok && errors.Join(several.Unwrap()...).Error() == err.Error() {
		var all []error
		for _, one := range several.Unwrap() {
			all = append(all, joined(one)...)
		}
		return all
	}
	if inner := errors.Unwrap(err); inner != nil && inner.Error() == err.Error() {
		return joined(inner)
	}
	return []error{err}
}

// lineFormatter has every message of the log be one line of text. The colours
// are its format's own, and go past the door; fields are quoted where need be.
type lineFormatter struct{ logrus.Formatter }

// Format writes an entry.
func (f lineFormatter) Format(entry *logrus.Entry) ([]byte, error) {
	line := *entry
	line.Message = terminal.Line(entry.Message)
	return f.Formatter.Format(&line)
}

// shellWord returns a path as a shell takes it for one word.
func shellWord(path string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("/._-+=:,@%", r)
	}
	path = terminal.Line(path)
	if path != "" && strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
