package attention_test

import (
	"image"
	"testing"

	"github.com/seetell/seetell/plots/internal/plottest"
	"github.com/seetell/seetell/plots/internal/thumbnail"
)

func TestAttentionLooksTheSame(t *testing.T) {
	plottest.UseFonts(t) // whatever this machine has
	long := "a red disc that nobody expected floats slowly over the brightest green grass of the whole wide summer meadow donaudampfschifffahrtsgesellschaft"
	for _, test := range []struct {
		name          string
		width, height int
		caption       string
		grid, part    int
	}{
		{"sheet", 200, 150, "a red disc over grass", 7, 2},
		{"sheet-long", 90, 140, long, 14, 5},
		{"sheet-line", 2000, 1, "a line", 7, 2},
		{"sheet-dot", 1, 1, "a dot ", 7, 2},
		{"sheet-unicode", 120, 120, "красный круг \u202ertl <b> \"&\" 草", 3, 3},
		{"sheet-empty", 120, 90, "", 7, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := plottest.Maps(plottest.Picture(test.width, test.height), test.caption, test.grid)
			sheet, err := a.Sheet()
			if err != nil {
				t.Fatal(err)
			}
			plottest.CheckGolden(t, test.name, smaller(sheet, test.part))
		})
	}
	t.Run("crop", func(t *testing.T) {
		a := plottest.Maps(plottest.Picture(200, 120), "a disc", 7)
		a.Area = image.Rect(50, 10, 150, 110)
		sheet, err := a.Sheet()
		if err != nil {
			t.Fatal(err)
		}
		plottest.CheckGolden(t, "sheet-crop", smaller(sheet, 2))
	})
	t.Run("animation", func(t *testing.T) {
		animation, err := plottest.Maps(plottest.Picture(200, 150), "a red disc over grass", 7).GIF()
		if err != nil {
			t.Fatal(err)
		}
		if len(animation.Image) != 6 {
			t.Errorf("%d frames for 5 words, want 6", len(animation.Image))
		}
		plottest.CheckGolden(t, "frame", animation.Image[2])
	})
}

// smaller makes a sheet part times smaller, so that its golden picture is
// small.
func smaller(sheet image.Image, part int) image.Image {
	return thumbnail.Scale(sheet, sheet.Bounds().Dx()/part, sheet.Bounds().Dy()/part)
}
