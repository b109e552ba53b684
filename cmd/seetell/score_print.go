package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/internal/terminal"
)

// scoresCSV writes a line for each picture.
func scoresCSV(out io.Writer, report *evaluate.Report) error {
	w := csv.NewWriter(out)
	names := scoreNames(report)
	if err := w.Write(append([]string{"id", "caption"}, names...)); err != nil {
		return err
	}
	for _, image := range report.PerImage {
		row := []string{terminal.Line(image.ID), terminal.Line(image.Caption)}
		for _, name := range names {
			row = append(row, strconv.FormatFloat(image.Scores[name], 'g', -1, 64))
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// scoreNames lists the scores of a report by name.
func scoreNames(report *evaluate.Report) []string { return slices.Sorted(maps.Keys(report.Scores)) }

// scoresTable writes the scores for people.
func scoresTable(out io.Writer, report *evaluate.Report) error {
	var text bytes.Buffer
	if err := scoreTable(&text, report); err != nil {
		return err
	}
	if report.Baseline != nil {
		fmt.Fprint(&text, "\nthese captions")
		if err := differences(&text, report.Baseline); err != nil {
			return err
		}
	}
	if report.ReferencePoints != nil {
		if err := referencePoints(&text, report); err != nil {
			return err
		}
	}
	facts(&text, report)
	_, err := out.Write(text.Bytes())
	return err
}

// differences writes the differences from a baseline, from within a line.
func differences(out io.Writer, c *evaluate.Comparison) error {
	name := "the baseline"
	if c.Name != "" {
		name = terminal.Line(c.Name)
	}
	fmt.Fprintf(out, " less %s\n", name)
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tdifference\t95 % from\tto\tp\t")
	for _, name := range slices.Sorted(maps.Keys(c.Differences)) {
		d := c.Differences[name]
		fmt.Fprintf(w, "%s\t%+.4f\t", name, d.Value)
		if d.Interval != nil {
			fmt.Fprintf(w, "%+.4f\t%+.4f\t%.3f\t", d.Interval[0], d.Interval[1], *d.P)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

func referencePoints(out io.Writer, report *evaluate.Report) error {
	points := report.ReferencePoints
	fmt.Fprintln(out, "\nreference points")
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	header := "\tconstant\tshuffled\tsystem\t"
	if points.LeaveOneOut != nil {
		header += "constant -1\tshuffled -1\tsystem -1\thuman -1\t"
	}
	fmt.Fprintln(w, header)
	for _, name := range scoreNames(report) {
		fmt.Fprintf(w, "%s\t%.4f\t%.4f\t%.4f\t", name, points.Constant.Scores[name], points.Shuffled[name], report.Scores[name])
		if o := points.LeaveOneOut; o != nil {
			fmt.Fprintf(w, "%.4f\t%.4f\t%.4f\t%.4f\t", o.Constant[name], o.Shuffled[name], o.System[name], o.Human[name])
		}
		fmt.Fprintln(w)
	}
	if points.LeaveOneOut != nil {
		defer fmt.Fprintln(out, "-1: against one reference fewer, as people are scored")
	}
	return w.Flush()
}

// facts writes what is no score.
func facts(out io.Writer, r *evaluate.Report) {
	fmt.Fprintf(out, "\n%d pictures, tokenizer %s\n", r.Images, terminal.Line(r.Tokenizer))
	if r.Meteor != "" {
		fmt.Fprintln(out, r.Meteor)
	}
	fmt.Fprintf(out, "%.1f words a caption; length ratio %.4f, brevity penalty %.4f\n", r.Lengths.Mean, r.Lengths.Ratio, r.Lengths.BrevityPenalty)
	fmt.Fprintf(out, "%.1f %% of the captions are different, of %d words", 100*r.Captions.Distinct, r.Captions.Vocabulary)
	if r.Captions.Copied != nil {
		fmt.Fprintf(out, "; %.1f %% are copied from training", 100**r.Captions.Copied)
	}
	fmt.Fprintln(out)
}
