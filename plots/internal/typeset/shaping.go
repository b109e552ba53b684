package typeset

import (
	"slices"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/bidi"
)

// Shaper turns text into glyphs: letters joined and marks placed as the script
// wants it, each run of a script in its direction. It is for one goroutine.
type Shaper struct {
	Size     float64 // of an em
	faces    *typefaces
	segments shaping.Segmenter
	shape    shaping.HarfbuzzShaper
}

// NewShaper returns one that sets text size units high.
func NewShaper(size float64, bold bool) (*Shaper, error) {
	faces, err := newTypefaces(bold)
	if err != nil {
		return nil, err
	}
	return &Shaper{Size: size, faces: faces}, nil
}

// Glyph is a glyph with its origin on the base line, y upwards.
type Glyph struct {
	shaping.Glyph
	Face *font.Face
	X, Y float64
	of   rune // the first that it stands for
}

// Outline is the glyph's shape, a box where no font has the character.
func (g Glyph) Outline() font.GlyphOutline {
	if g.GlyphID == 0 {
		systemFonts.miss(g.of)
	}
	outline, _ := g.Face.GlyphDataOutline(g.GlyphID)
	return outline
}

// Line sets text in one line of the base direction; its glyphs come from left
// to right as they are seen.
func (s *Shaper) Line(text string, base di.Direction) (glyphs []Glyph, width float64) {
	if text == "" {
		return nil, 0
	}
	runes := []rune(text)
	var runs []shaping.Output
	input := shaping.Input{Text: runes, RunEnd: len(runes), Direction: base, Size: fixed.Int26_6(s.Size*64 + .5)}
	for _, run := range s.segments.Split(input, s.faces) {
		runs = append(runs, s.shape.Shape(run))
	}
	for _, run := range inOrder(runs, base) {
		for _, g := range run.Glyphs {
			glyphs = append(glyphs, Glyph{g, run.Face, width + Pixels(g.XOffset), Pixels(g.YOffset), runes[g.TextIndex()]})
			width += Pixels(g.Advance)
		}
	}
	return glyphs, width
}

// Pixels is a length of typesetting, in units of which 64 make a pixel.
func Pixels(v fixed.Int26_6) float64 { return float64(v) / 64 }

// inOrder puts runs in the order in which they are seen: those of the base
// direction in its order, those between them the other way round.
func inOrder(runs []shaping.Output, base di.Direction) []shaping.Output {
	for i := 0; i < len(runs); i++ {
		end := i
		for end < len(runs) && runs[end].Direction != base {
			end++
		}
		slices.Reverse(runs[i:end])
		i = max(i, end-1)
	}
	if base == di.DirectionRTL {
		slices.Reverse(runs)
	}
	return runs
}

// direction is that of the first letter of text.
func direction(text string) di.Direction {
	if RightToLeft(text) {
		return di.DirectionRTL
	}
	return di.DirectionLTR
}

// RightToLeft reports whether the first letter of text belongs to a script
// that is written from right to left.
func RightToLeft(text string) bool {
	for _, r := range text {
		properties, _ := bidi.LookupRune(r)
		switch properties.Class() {
		case bidi.L:
			return false
		case bidi.R, bidi.AL:
			return true
		}
	}
	return false
}
