package main

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
)

// helpWidth is how many columns a line of help takes at most.
const helpWidth = 100

// wrapHelp has the help of every command keep within helpWidth.
func wrapHelp() {
	print := cli.HelpPrinterCustom
	cli.HelpPrinter = func(out io.Writer, template string, data any) {
		var text bytes.Buffer
		print(&text, template, data, nil)
		_, _ = io.WriteString(out, reflow(text.String())) // as cli itself has it
	}
}

// reflow breaks the lines of text that are too long. What follows hangs below
// the column of a line's last part that two spaces or more set off.
func reflow(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		whole := strings.TrimRight(line, "\n")
		indent := strings.Repeat(" ", column(whole))
		for utf8.RuneCountInString(whole) > helpWidth {
			head, rest, ok := breakLine(whole, len(indent))
			if !ok {
				break
			}
			out.WriteString(head + "\n")
			whole = indent + rest
		}
		out.WriteString(strings.TrimRight(whole, " ") + "\n")
	}
	return out.String()
}

// column is where the last part of a line begins, in runes; near the left
// where that part would have little room.
func column(line string) int {
	body := len(line) - len(strings.TrimLeft(line, " "))
	at := body
	if gap := strings.LastIndex(line[body:], "  "); gap >= 0 {
		at = utf8.RuneCountInString(line[:body+gap+2])
	}
	if at > helpWidth*6/10 {
		return body + 2
	}
	return at
}

// breakLine cuts a line at the last space that keeps its head within the
// width, behind the indent.
func breakLine(line string, indent int) (head, rest string, ok bool) {
	runes := []rune(line)
	for at := helpWidth; at > indent; at-- {
		if runes[at] == ' ' && strings.TrimSpace(string(runes[indent:at])) != "" {
			return strings.TrimRight(string(runes[:at]), " "), strings.TrimLeft(string(runes[at:]), " "), true
		}
	}
	return "", "", false
}
