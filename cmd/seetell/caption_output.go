package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/internal/terminal"
)

// captionFormats are those of captions.
var captionFormats = []string{"text", "json", "csv"}

// captionWriter returns the function that writes one picture's answer to out, in
// one of captionFormats. Begun tells whether out has a head already.
func captionWriter(format string, out io.Writer, begun bool) func(answer) error {
	switch format {
	case "json":
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		return func(a answer) error { return encoder.Encode(a.json()) }
	case "csv":
		return csvWriter(out, begun)
	}
	return func(a answer) error { return writeText(out, a) }
}

// writeText writes a line for each caption; a picture that failed has none.
func writeText(out io.Writer, a answer) error {
	for _, caption := range a.captions {
		if _, err := fmt.Fprintf(out, "%s\t%s\n", terminal.Line(a.path), terminal.Line(caption.Text)); err != nil {
			return err
		}
	}
	return nil
}

type answerJSON struct {
	File      string              `json:"file"`
	FileBytes []byte              `json:"file_bytes,omitempty"` // of a name that is no UTF-8, which JSON cannot say
	Captions  []captioner.Caption `json:"captions,omitempty"`
	Error     string              `json:"error,omitempty"`
}

// path is the picture's, to the byte.
func (a answerJSON) path() string {
	if a.FileBytes != nil {
		return string(a.FileBytes)
	}
	return a.File
}

func (a answer) json() answerJSON {
	all := answerJSON{File: a.path}
	if !utf8.ValidString(a.path) {
		all.FileBytes = []byte(a.path)
	}
	if a.err != nil {
		all.Error = a.err.Error()
		return all
	}
	for _, c := range a.captions {
		if !a.given {
			c = c.WithoutAttention()
		}
		all.Captions = append(all.Captions, c)
	}
	return all
}

var csvHead = []string{"file", "rank", "caption", "log_probability", "finished", "error"}

// csvWriter writes a row for each caption, and one for a picture that failed,
// behind a head unless that is there.
func csvWriter(out io.Writer, begun bool) func(answer) error {
	w := csv.NewWriter(out)
	return func(a answer) error {
		if !begun {
			_ = w.Write(csvHead) // Flush reports what failed
			begun = true
		}
		if a.err != nil {
			_ = w.Write([]string{terminal.Line(a.path), "", "", "", "", terminal.Line(a.err.Error())})
		}
		for i, c := range a.captions {
			score := strconv.FormatFloat(c.LogProbability, 'g', -1, 64)
			_ = w.Write([]string{terminal.Line(a.path), strconv.Itoa(i + 1), terminal.Line(c.Text), score, strconv.FormatBool(c.Finished), ""})
		}
		w.Flush()
		return w.Error()
	}
}
