package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

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
	File     string              `json:"file"`
	Captions []captioner.Caption `json:"captions,omitempty"`
	Error    string              `json:"error,omitempty"`
}

func (a answer) json() answerJSON {
	if a.err != nil {
		return answerJSON{File: a.path, Error: a.err.Error()}
	}
	all := answerJSON{File: a.path}
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
