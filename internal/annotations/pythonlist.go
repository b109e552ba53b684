package annotations

import (
	"strconv"
	"strings"
)

// pythonList reads a list of texts as Python prints it, which pandas writes into
// a cell: ['A dog', "a dog's toy"]. It tells whether the cell is one.
func pythonList(cell string) (texts []string, ok bool) {
	inner, begins := strings.CutPrefix(strings.TrimSpace(cell), "[")
	inner, ends := strings.CutSuffix(inner, "]")
	if !begins || !ends {
		return nil, false
	}
	for inner = strings.TrimSpace(inner); inner != ""; {
		text, rest, ok := pythonText(inner)
		if !ok {
			return nil, false
		}
		texts = append(texts, text)
		inner = strings.TrimLeft(rest, " \n\r\t") // NumPy parts them by spaces alone
		inner = strings.TrimLeft(strings.TrimPrefix(inner, ","), " \n\r\t")
	}
	return texts, len(texts) > 0
}

// pythonText reads the quoted text that begins s, and returns what follows it.
func pythonText(s string) (text, rest string, ok bool) {
	quote := s[0]
	if quote != '\'' && quote != '"' {
		return "", "", false
	}
	var out strings.Builder
	for s = s[1:]; s != "" && s[0] != quote; {
		c, _, tail, err := strconv.UnquoteChar(s, quote)
		if err != nil { // an escape of Python's alone, which stays as it is
			c, tail = rune(s[0]), s[1:]
		}
		if c == rune(s[0]) && s[0] >= 0x80 && err != nil {
			return "", "", false // no UTF-8
		}
		out.WriteRune(c)
		s = tail
	}
	if s == "" {
		return "", "", false
	}
	return out.String(), s[1:], true
}
