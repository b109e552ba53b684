package typeset

import (
	"bytes"
	"fmt"
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
)

// Builtin are Liberation Sans, regular and bold: the fonts of every
// picture, so that it looks the same on every machine.
var Builtin = sync.OnceValues(func() ([2]*font.Font, error) {
	var fonts [2]*font.Font
	for i, data := range [2][]byte{liberationsansregular.TTF, liberationsansbold.TTF} {
		face, err := font.ParseTTF(bytes.NewReader(data))
		if err != nil {
			return fonts, fmt.Errorf("read the built-in font: %w", err)
		}
		fonts[i] = face.Font
	}
	return fonts, nil
})

// typefaces picks a face for each character: the built-in font's, else that
// of a font of the system. It is for one goroutine.
type typefaces struct {
	bold    bool
	builtin *font.Face
	faces   map[*font.Font]*font.Face
	script  language.Script
}

func newTypefaces(bold bool) (*typefaces, error) {
	fonts, err := Builtin()
	if err != nil {
		return nil, err
	}
	f := fonts[0]
	if bold {
		f = fonts[1]
	}
	return &typefaces{bold: bold, builtin: font.NewFace(f), faces: map[*font.Font]*font.Face{}}, nil
}

// SetScript says which script the next characters belong to.
func (t *typefaces) SetScript(s language.Script) { t.script = s }

// ResolveFace returns the face that draws r. Where no font has r it is the
// built-in one, which draws a box.
func (t *typefaces) ResolveFace(r rune) *font.Face {
	if _, ok := t.builtin.NominalGlyph(r); ok {
		return t.builtin
	}
	f := systemFonts.find(r, t.script, t.bold)
	if f == nil {
		return t.builtin
	}
	face, ok := t.faces[f]
	if !ok {
		face = font.NewFace(f)
		t.faces[f] = face
	}
	return face
}
