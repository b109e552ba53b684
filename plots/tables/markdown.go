package tables

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes a table of systems in GitHub's Markdown, the best of several
// in bold, and below it a table of differences where reports have a baseline.
func Markdown(out io.Writer, systems []System) error {
	g := newGrid(systems)
	var text strings.Builder
	markdownTable(&text, "", g.columns, g.scores)
	if len(g.differences) > 0 {
		text.WriteString("\n")
		markdownTable(&text, "less "+markdownText(g.baselineName()), g.columns, g.differences)
	}
	fmt.Fprintf(&text, "\n%s\n", markdownText(g.joined()))
	_, err := io.WriteString(out, text.String())
	return err
}

func (g grid) baselineName() string {
	if g.baseline == "" {
		return "the baseline"
	}
	return g.baseline
}

func markdownTable(text *strings.Builder, corner string, columns []string, rows []row) {
	fmt.Fprintf(text, "| %s | %s |\n|:--|%s\n", corner, strings.Join(columns, " | "), strings.Repeat("--:|", len(columns)))
	for _, r := range rows {
		fmt.Fprintf(text, "| %s |", markdownText(r.name))
		for _, c := range r.cells {
			fmt.Fprintf(text, " %s |", c.markdown())
		}
		text.WriteString("\n")
	}
}

func (c cell) markdown() string {
	value := c.value
	if c.best {
		value = "**" + value + "**"
	}
	if c.low != "" {
		value += fmt.Sprintf(" [%s, %s]", c.low, c.high)
	}
	if c.p != "" {
		value += ", p " + c.p
	}
	return value
}

// markdownText has the characters of a text stand for themselves.
func markdownText(text string) string {
	var out strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_[]<>|~#$&", r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}
