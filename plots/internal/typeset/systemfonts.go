package typeset

import (
	"bytes"
	"io"
	"log"
	"os"
	"path/filepath"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"
	"github.com/go-text/typesetting/language"
)

// systemFonts are the fonts of this machine. They are looked for when the
// first character comes that the built-in font lacks.
var systemFonts = &fontFinder{open: scanFonts}

// fontFinder looks for the fonts that have a character, and remembers the
// characters that were drawn without one.
type fontFinder struct {
	open    func() *fontscan.FontMap
	mutex   sync.Mutex
	fonts   *fontscan.FontMap
	missing map[string]rune // by script, one character of it
}

// find returns a font that can draw r, nil where there is none.
func (f *fontFinder) find(r rune, script language.Script, bold bool) *font.Font {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.fonts == nil {
		f.fonts = f.open()
	}
	for _, s := range []language.Script{script, language.Common} { // emoji among words are Common
		for _, weight := range weights(bold) {
			f.fonts.SetScript(s)
			f.fonts.SetQuery(fontscan.Query{Families: []string{fontscan.SansSerif}, Aspect: font.Aspect{Weight: weight}})
			if face := f.fonts.ResolveFace(r); face != nil && draws(face, r) {
				return face.Font
			}
		}
	}
	return nil
}

// weights lists the weights to look for: many scripts have no bold font.
func weights(bold bool) []font.Weight {
	if bold {
		return []font.Weight{font.WeightBold, font.WeightNormal}
	}
	return []font.Weight{font.WeightNormal}
}

// draws reports whether face has a picture of r.
func draws(face *font.Face, r rune) bool {
	glyph, ok := face.NominalGlyph(r)
	if !ok {
		return false
	}
	_, isBitmap := face.GlyphDataBitmap(glyph)
	_, hasOutline := face.GlyphDataOutline(glyph)
	return isBitmap || hasOutline
}

// scanFonts lists the fonts in the system's usual folders and the user's. An
// index in the user's cache makes the next time quick.
func scanFonts() *fontscan.FontMap {
	fonts := fontscan.NewFontMap(log.New(io.Discard, "", 0))
	dir, remove := indexFolder()
	defer remove()
	_ = fonts.UseSystemFonts(dir) // without fonts every character is missing, which is told
	return fonts
}

// indexFolder returns a folder that can be written in: the user's cache, else
// one that remove takes away.
func indexFolder() (dir string, remove func()) {
	if cache, err := os.UserCacheDir(); err == nil {
		dir = filepath.Join(cache, "seetell", "fonts")
		if os.MkdirAll(dir, 0o777) == nil {
			if probe, err := os.CreateTemp(dir, "probe"); err == nil {
				probe.Close()
				os.Remove(probe.Name())
				return dir, func() {}
			}
		}
	}
	dir, err := os.MkdirTemp("", "seetell-fonts")
	if err != nil {
		return "", func() {}
	}
	return dir, func() { os.RemoveAll(dir) }
}

// UseFonts makes fonts, files of TrueType or OpenType, those of this machine
// until restore is called: tests draw the same everywhere.
func UseFonts(fonts ...[]byte) (restore func(), err error) {
	found := fontscan.NewFontMap(log.New(io.Discard, "", 0))
	for _, data := range fonts {
		if err := found.AddFont(bytes.NewReader(data), "given", "Given"); err != nil {
			return nil, err
		}
	}
	before := systemFonts
	systemFonts = &fontFinder{open: func() *fontscan.FontMap { return found }}
	return func() { systemFonts = before }, nil
}
