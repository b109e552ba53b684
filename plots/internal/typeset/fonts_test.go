package typeset

import (
	"bytes"
	"encoding/binary"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"codeberg.org/go-fonts/dejavu/dejavusans"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"

	"github.com/seetell/seetell/plots/internal/palette"
)

// useFonts makes fonts those of the system until the test ends.
func useFonts(t *testing.T, fonts ...[]byte) {
	t.Helper()
	restore, err := UseFonts(fonts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(restore)
}

// fontOf is Liberation Sans with r for its one character, which looks like an A.
func fontOf(t *testing.T, r rune) []byte {
	t.Helper()
	data := slices.Clone(liberationsansregular.TTF)
	data = append(data, make([]byte, -len(data)&3)...)
	built, err := font.ParseTTF(bytes.NewReader(liberationsansregular.TTF))
	if err != nil {
		t.Fatal(err)
	}
	glyph, _ := built.NominalGlyph('A')
	// One table for Windows and all of Unicode, of format 12, with one group.
	var table []byte
	for _, part := range []any{[]uint16{0, 1, 3, 10}, uint32(12), []uint16{12, 0}, []uint32{28, 0, 1, uint32(r), uint32(r), uint32(glyph)}} {
		if table, err = binary.Append(table, binary.BigEndian, part); err != nil {
			t.Fatal(err)
		}
	}
	entry := data[bytes.Index(data, []byte("cmap")):]
	binary.BigEndian.PutUint32(entry[8:], uint32(len(data)))
	binary.BigEndian.PutUint32(entry[12:], uint32(len(table)))
	return append(data, table...)
}

// pictureOf is a picture of text.
func pictureOf(t *testing.T, text string) *image.RGBA {
	t.Helper()
	l, err := NewLettering(20, false)
	if err != nil {
		t.Fatal(err)
	}
	picture := image.NewRGBA(image.Rect(0, 0, 200, 40))
	l.Write(picture, 5, 5, palette.Ink, text)
	return picture
}

// A font in the user's folder is found, by a process of its own: one looks for
// fonts once.
func TestFontsAreFound(t *testing.T) {
	const rare = '𐘀' // of Linear A, which no font of a machine has
	if os.Getenv("SEETELL_TEST_FONTS") != "" {
		if systemFonts.find(rare, language.Linear_A, false) == nil {
			t.Error("a font in the user's folder is not found")
		}
		return
	}
	data := t.TempDir()
	if err := os.Mkdir(filepath.Join(data, "fonts"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "fonts", "rare.ttf"), fontOf(t, rare), 0o666); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(os.Args[0], "-test.run", "^TestFontsAreFound$")
	command.Env = append(os.Environ(), "SEETELL_TEST_FONTS=1", "XDG_DATA_HOME="+data, "XDG_CACHE_HOME="+t.TempDir())
	if text, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, text)
	}
}

// The letters of a word join.
func TestArabicIsJoined(t *testing.T) {
	useFonts(t, dejavusans.TTF)
	l, err := NewLettering(20, false)
	if err != nil {
		t.Fatal(err)
	}
	joined, apart := l.Width("سلام"), l.Width("س")+l.Width("ل")+l.Width("ا")+l.Width("م")
	if missing := MissingFonts(); len(missing) > 0 {
		t.Fatalf("%v are missing", missing)
	}
	if joined > .95*apart {
		t.Errorf("the word is %v wide, its letters %v: they do not join", joined, apart)
	}
}

// A line is seen in the order that people read: alef and bet from the right.
func TestLinesInBothDirections(t *testing.T) {
	s, err := NewShaper(20, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, text, want string
		base             di.Direction
	}{
		{"left to right", "ab", "ab", di.DirectionLTR},
		{"right to left", "אב", "בא", di.DirectionRTL},
		{"numbers stay", "אב 12", "12 בא", di.DirectionRTL},
		{"a name in a label", "אב\u200E 12", "בא 12", di.DirectionLTR},
		{"words of the other script", "ab אב גד cd", "ab דג בא cd", di.DirectionLTR},
	} {
		t.Run(test.name, func(t *testing.T) {
			glyphs, _ := s.Line(test.text, test.base)
			var got strings.Builder
			for _, g := range glyphs {
				if g.Advance > 0 {
					got.WriteRune([]rune(test.text)[g.TextIndex()])
				}
			}
			if got.String() != test.want {
				t.Errorf("%q is seen as %q, want %q", test.text, got.String(), test.want)
			}
		})
	}
}

// Any text is drawn, and as wide as it is said to be.
func FuzzLettering(f *testing.F) {
	for _, text := range []string{"a dog", "草の上", "अंगूर कुत्ता", "\u202eabc\u200d\ufe0f👩‍👩‍👧", "אב12גד (ab)", "\u0301\u0301", "\U000E0041"} {
		f.Add(text)
	}
	l, err := NewLettering(20, true)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			return
		}
		text = Clean(text)
		for _, line := range Wrap(text, 150, l.Width) {
			if l.Width(line) < 0 {
				t.Errorf("%q is %v wide", line, l.Width(line))
			}
		}
		l.Write(image.NewRGBA(image.Rect(0, 0, 50, 30)), 5, 5, palette.Ink, text)
	})
}

func TestAnotherFontHasTheCharacter(t *testing.T) {
	useFonts(t, fontOf(t, '草'))
	if !bytes.Equal(pictureOf(t, "草").Pix, pictureOf(t, "A").Pix) {
		t.Error("the character is not drawn as the font of the system has it")
	}
	if missing := MissingFonts(); len(missing) > 0 {
		t.Errorf("%v are said to be missing", missing)
	}
}

func TestNoFontHasTheCharacter(t *testing.T) {
	useFonts(t)
	if !bytes.Equal(pictureOf(t, "草").Pix, pictureOf(t, "\U0001F534").Pix) {
		t.Error("characters that no font has are not drawn as one box")
	}
	pictureOf(t, "भ\u200D\uE000\x01 的")
	want := []MissingFont{{"Devanagari", "भ", "fonts-noto-core"}, {"Han", "草", "fonts-noto-cjk"}, {"other characters", "\uE000", "fonts-noto-core"}, {"symbols and emoji", "\U0001F534", "fonts-noto-color-emoji"}}
	if got := MissingFonts(); !slices.Equal(got, want) {
		t.Errorf("missing are %v, want %v", got, want)
	}
}
