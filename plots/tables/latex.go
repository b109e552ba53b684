package tables

import (
	"fmt"
	"io"
	"strings"

	"github.com/seetell/seetell/plots/internal/typeset"
)

// LaTeX writes a tabular of systems with the rules of package booktabs, the best
// of several in bold, intervals below in small type, then the differences where
// reports have a baseline.
func LaTeX(out io.Writer, systems []System) error {
	g := newGrid(systems)
	var text strings.Builder
	fmt.Fprintf(&text, "%% \\usepackage{booktabs}\n%% %s\n", strings.Join(g.notes, "\n% "))
	fmt.Fprintf(&text, "\\begin{tabular}{l%s}\n\\toprule\n", strings.Repeat("r", len(g.columns)))
	for _, column := range g.columns {
		text.WriteString(" & " + latexText(column))
	}
	text.WriteString(" \\\\\n\\midrule\n")
	for _, r := range g.scores {
		latexRow(&text, latexText(r.name), r)
	}
	if len(g.differences) > 0 {
		text.WriteString("\\midrule\n")
	}
	for _, r := range g.differences {
		latexRow(&text, latexText(r.name)+" $-$ "+latexText(g.baselineName()), r)
	}
	text.WriteString("\\bottomrule\n\\end{tabular}\n")
	_, err := io.WriteString(out, text.String())
	return err
}

// latexRow writes a row's values, and as far as it has them, below each other,
// intervals and p.
func latexRow(text *strings.Builder, name string, r row) {
	line := func(name string, of func(cell) string) {
		empty, cells := true, ""
		for _, c := range r.cells {
			value := of(c)
			empty, cells = empty && value == "", cells+" & "+value
		}
		if !empty {
			text.WriteString(name + cells + " \\\\\n")
		}
	}
	line(name, func(c cell) string {
		if c.best {
			return "\\textbf{" + c.value + "}"
		}
		return latexNumber(c.value)
	})
	line("", func(c cell) string { return small(c.low, "["+latexNumber(c.low)+", "+latexNumber(c.high)+"]") })
	line("", func(c cell) string { return small(c.p, "$p = "+c.p+"$") })
}

// small sets text in small type where there is a value.
func small(value, text string) string {
	if value == "" {
		return ""
	}
	return "{\\scriptsize " + text + "}"
}

// latexNumber gives a signed number the signs of mathematics.
func latexNumber(value string) string {
	if strings.HasPrefix(value, "+") || strings.HasPrefix(value, "-") {
		return "$" + value + "$"
	}
	return value
}

var latexEscapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, `&`, `\&`, `%`, `\%`, `$`, `\$`, `#`, `\#`, `_`, `\_`,
	`{`, `\{`, `}`, `\}`, `~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`,
	`<`, `\textless{}`, `>`, `\textgreater{}`, `|`, `\textbar{}`, `"`, "''")

// latexText has the characters of a text stand for themselves.
func latexText(text string) string { return latexEscapes.Replace(typeset.Clean(text)) }
