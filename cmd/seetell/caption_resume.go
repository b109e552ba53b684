package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/seetell/seetell/internal/terminal"
)

// captionLine is a line of a file of captions, its end with it.
type captionLine struct {
	text   []byte
	path   string // of its picture, as text shows it; "" for a head
	failed bool   // the picture could not be described
}

// readLines reads the lines that the file holds. A last one that was not written
// whole is none of them.
func (f *captionFile) readLines(format string) (err error) {
	if f.held, err = io.ReadAll(f); err != nil {
		return err
	}
	whole := bytes.LastIndexByte(f.held, '\n') + 1
	for text := range bytes.Lines(f.held[:whole]) {
		line, ok := readLine(format, bytes.TrimRight(text, "\r\n"))
		if !ok {
			return fmt.Errorf("%s: line %d has not the format %s", f.Name(), len(f.lines)+1, format)
		}
		line.text = text
		f.lines = append(f.lines, line)
	}
	return nil
}

// readLine says what a line of captions, without its end, is of.
func readLine(format string, text []byte) (line captionLine, ok bool) {
	switch format {
	case "json":
		var a answerJSON
		if json.Unmarshal(text, &a) != nil || a.File == "" {
			return line, false
		}
		return captionLine{path: terminal.Line(a.path()), failed: a.Error != ""}, true
	case "csv":
		row, err := csv.NewReader(bytes.NewReader(text)).Read()
		if err != nil || len(row) != len(csvHead) {
			return line, false
		}
		if slices.Equal(row, csvHead) {
			return line, true
		}
		return captionLine{path: row[0], failed: row[len(row)-1] != ""}, true
	default:
		path, _, ok := bytes.Cut(text, []byte("\t"))
		return captionLine{path: string(path)}, ok
	}
}

// left returns the paths that have no captions in the file yet, or, where it was cut
// short within the last picture's, fewer than each has lines. What the file holds of
// them goes: errors, and the lines of that picture.
func (f *captionFile) left(paths []string, each func(path string) int) []string {
	described := map[string]bool{}
	for _, line := range f.lines {
		described[line.path] = described[line.path] || !line.failed
	}
	last, count := f.last()
	left, again := []string(nil), map[string]bool{}
	for _, path := range paths {
		shown := terminal.Line(path)
		if !described[shown] || shown == last && count < each(path) {
			left, again[shown] = append(left, path), true
		}
	}
	f.lines = slices.DeleteFunc(f.lines, func(line captionLine) bool { return line.path != "" && again[line.path] })
	return left
}

// last returns the path of the last picture in the file, and the number of its
// lines.
func (f *captionFile) last() (path string, count int) {
	for _, line := range slices.Backward(f.lines) {
		if count > 0 && line.path != path {
			break
		}
		path, count = line.path, count+1
	}
	return path, count
}

// staying returns the lines that stay in the file.
func (f *captionFile) staying() []byte {
	var stays []byte
	for _, line := range f.lines {
		stays = append(stays, line.text...)
	}
	return stays
}
