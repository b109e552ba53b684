package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/internal/terminal"
)

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// printStats writes a table with a column a split.
func printStats(w io.Writer, d *dataset.Stats) error {
	fmt.Fprintf(w, "%s, fingerprint %s\n", terminal.Line(d.Source), d.Fingerprint)
	if d.Revision != "" {
		fmt.Fprintf(w, "commit %s\n", terminal.Line(d.Revision))
	}
	if d.RandomSplit {
		fmt.Fprintln(w, "the source has no splits: split 80/10/10 by the pictures' bytes and the seed")
	}
	if d.Unlisted > 0 {
		fmt.Fprintf(w, "%d pictures are in no list of a split and were left out\n", d.Unlisted)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name string, cell func(s dataset.SplitStats) string) {
		fmt.Fprint(table, name)
		for _, s := range d.Splits {
			fmt.Fprint(table, "\t", cell(s))
		}
		fmt.Fprintln(table)
	}
	number := func(n int) string { return fmt.Sprint(n) }
	row("", func(s dataset.SplitStats) string { return terminal.Line(s.Name) })
	row("pictures", func(s dataset.SplitStats) string { return number(s.Pictures) })
	row("captions", func(s dataset.SplitStats) string { return number(s.Captions) })
	row("captions a picture", func(s dataset.SplitStats) string { return tellRange(s.PerPicture) })
	row("words a caption", func(s dataset.SplitStats) string { return tellRange(s.CaptionWords) })
	row("words", func(s dataset.SplitStats) string { return number(s.Words) })
	row("different words", func(s dataset.SplitStats) string { return number(s.Distinct) })
	row("words unknown to train", func(s dataset.SplitStats) string { return fmt.Sprintf("%.2f %%", 100*s.Unknown) })
	row("width", func(s dataset.SplitStats) string { return tellRange(s.Width) })
	row("height", func(s dataset.SplitStats) string { return tellRange(s.Height) })
	row("bytes a picture", func(s dataset.SplitStats) string { return tellRange(s.Bytes) })
	row("formats", func(s dataset.SplitStats) string { return terminal.Line(tellCounts(s.Formats)) })
	row("unreadable", func(s dataset.SplitStats) string { return number(s.Unreadable) })
	if err := table.Flush(); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(d.Problems)) {
		fmt.Fprintf(w, "left out: %d %s\n", d.Problems[kind], advisedKind(kind))
	}
	return nil
}

// tellRange says the least, the median and the most, or the one number that
// all are.
func tellRange(r dataset.Range) string {
	if r.Min == r.Max {
		return fmt.Sprint(r.Min)
	}
	return fmt.Sprintf("%d … %d … %d", r.Min, r.Median, r.Max)
}

func tellCounts(counts map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return strings.Join(parts, ", ")
}

// problemJSON is a kind of problem as check gives it.
type problemJSON struct {
	Kind  string   `json:"kind"`
	Count int      `json:"count"`
	First []string `json:"first"`
}

func problemList(problems dataset.Problems) []problemJSON {
	list := []problemJSON{}
	for _, kind := range problems.Kinds() {
		one := problemJSON{Kind: kind, Count: problems.Count(kind)}
		for _, p := range problems.First(kind) {
			one.First = append(one.First, p.String())
		}
		list = append(list, one)
	}
	return list
}

func printProblems(w io.Writer, problems dataset.Problems) error {
	if problems.Total() == 0 {
		_, err := fmt.Fprintln(w, "nothing wrong")
		return err
	}
	for _, one := range problemList(problems) {
		if _, err := fmt.Fprintf(w, "%d %s\n", one.Count, terminal.Line(advisedKind(one.Kind))); err != nil {
			return err
		}
		for _, line := range one.First {
			fmt.Fprintf(w, "  %s\n", terminal.Line(line))
		}
		if more := one.Count - len(one.First); more > 0 {
			fmt.Fprintf(w, "  and %d more\n", more)
		}
	}
	return nil
}

// advisedKind adds to a kind of problem what to do about it, where a flag does.
func advisedKind(kind string) string {
	if kind == dataset.OutsidePicture {
		kind += " (--outside allows them, on a set of one's own)"
	}
	return kind
}
