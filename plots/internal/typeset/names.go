package typeset

import (
	"html"
	"strings"
	"unicode"
)

// EscapeXML makes text safe inside an XML element or attribute.
func EscapeXML(text string) string { return html.EscapeString(Clean(text)) }

// FileName makes a file name of any text: letters, digits, dot, dash and
// underscore stay, the rest becomes a dash; never empty, hidden or long.
func FileName(text string) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, Clean(text))
	name = strings.TrimLeft(name, ".-")
	for len(name) > 120 {
		name = name[:strings.LastIndexFunc(name, func(rune) bool { return true })]
	}
	if name == "" {
		return "unnamed"
	}
	return name
}
