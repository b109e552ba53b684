package typeset

import (
	"slices"
	"strings"
	"unicode"
)

// MissingFont is a script that no font of this machine has.
type MissingFont struct {
	Script  string // by its name in Unicode
	Example string // a character that was drawn as a box
	Package string // of Debian, that has such a font
}

// MissingFonts lists the scripts whose characters PNG, GIF and PDF have shown
// as boxes so far in this process, by name. SVG, HTML, JSON and CSV hold every
// text as it is.
func MissingFonts() []MissingFont { return systemFonts.lacking() }

// miss notes that r is drawn as a box.
func (f *fontFinder) miss(r rune) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.missing == nil {
		f.missing = map[string]rune{}
	}
	if script := scriptName(r); f.missing[script] == 0 {
		f.missing[script] = r
	}
}

func (f *fontFinder) lacking() []MissingFont {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	var missing []MissingFont
	for script, r := range f.missing {
		missing = append(missing, MissingFont{script, string(r), fontPackage(script)})
	}
	slices.SortFunc(missing, func(a, b MissingFont) int { return strings.Compare(a.Script, b.Script) })
	return missing
}

// scriptName is the script of r, or what r is where it belongs to none.
func scriptName(r rune) string {
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return name
		}
	}
	if unicode.IsSymbol(r) {
		return "symbols and emoji"
	}
	return "other characters"
}

func fontPackage(script string) string {
	switch script {
	case "Han", "Hiragana", "Katakana", "Hangul", "Bopomofo":
		return "fonts-noto-cjk"
	case "symbols and emoji":
		return "fonts-noto-color-emoji"
	default:
		return "fonts-noto-core"
	}
}
