package plots

import (
	"bytes"
	"testing"

	"codeberg.org/go-fonts/dejavu/dejavusans"

	"github.com/seetell/seetell/plots/internal/plottest"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// A name in another script is text in SVG, and drawn elsewhere.
func TestFiguresHaveOtherScripts(t *testing.T) {
	plottest.UseFonts(t, dejavusans.TTF)
	f, err := Distribution([]*System{testSystem(t, "Ξένη", 20, 1), testSystem(t, "سلام", 20, 2)}, "CIDEr", Histogram)
	if err != nil {
		t.Fatal(err)
	}
	if svg := encode(t, f, "svg"); !bytes.Contains(svg, []byte(">سلام")) {
		t.Error("the SVG does not hold the name as text")
	}
	for _, format := range []string{"png", "pdf"} {
		encode(t, f, format)
	}
	if missing := typeset.MissingFonts(); len(missing) > 0 {
		t.Errorf("%v are said to be missing", missing)
	}
}

func TestFiguresWithoutAFont(t *testing.T) {
	plottest.UseFonts(t)
	f, err := Scores([]*System{testSystem(t, "草", 20, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if encode(t, f, "svg"); len(typeset.MissingFonts()) > 0 {
		t.Error("an SVG, whose reader has fonts, lacks one")
	}
	encode(t, f, "png")
	if missing := typeset.MissingFonts(); len(missing) != 1 || missing[0].Script != "Han" {
		t.Errorf("missing are %v, want Han", missing)
	}
}
