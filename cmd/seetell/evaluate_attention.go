package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/evaluate/grounding"
)

// attentionTable writes where attention lies and what it is worth, where that
// was measured.
func attentionTable(out io.Writer, report *evaluate.Report) error {
	if report.Uniform != nil {
		fmt.Fprint(out, "\nWith the same weight for all places in attention's stead:\n")
		w := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
		for _, name := range slices.Sorted(maps.Keys(report.Uniform)) {
			fmt.Fprintf(w, "%s\t%.4f\t%+.4f\t\n", name, report.Uniform[name], report.Uniform[name]-report.Scores[name])
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if report.Grounding == nil {
		return nil
	}
	g := report.Grounding
	fmt.Fprintf(out, "\nAttention of %d words of the references, in %d pictures, that name what boxes show:\n", g.Words, g.Pictures)
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\twords\tinside\t95 %\ta blob's in the middle\tpointing\t95 %\tchance's\tthe centre's\t\n")
	line := func(name string, f grounding.Figures) {
		fmt.Fprintf(w, "%s\t%d\t%.2f ×\t%s\t%.2f ×\t%.2f\t%s\t%.2f\t%.2f\t\n",
			name, f.Words, f.Ratio, f.Interval("ratio"), f.Blob, f.Pointing, f.Interval("pointing"), f.Area, f.Centre)
	}
	line("all", g.Figures)
	for _, class := range slices.Sorted(maps.Keys(g.Classes)) {
		line(class, g.Classes[class])
	}
	if g.Around != nil {
		line("what is around them", g.Around.Figures)
	}
	return w.Flush()
}
