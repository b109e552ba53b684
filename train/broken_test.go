package train

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pictureFolder writes plain pictures of some colours with captions, eight to learn
// from and two to check on; the one named is no picture.
func pictureFolder(t *testing.T, broken string) string {
	t.Helper()
	dir := t.TempDir()
	list := strings.Builder{}
	list.WriteString("image,caption,split\n")
	for i := range 10 {
		split, name := "train", fmt.Sprintf("%d.png", i)
		if i >= 8 {
			split = "validation"
		}
		fmt.Fprintf(&list, "%s,a plain picture of number %d,%s\n", name, i%3, split)
		plain := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.Gray{Y: uint8(20 * i)}})
		file, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == broken {
			fmt.Fprint(file, "no picture")
		} else if err := png.Encode(file, plain); err != nil {
			t.Fatal(err)
		}
		file.Close()
	}
	if err := os.WriteFile(filepath.Join(dir, "captions.csv"), []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestBrokenPicture costs that picture alone, in training and in validation.
func TestBrokenPicture(t *testing.T) {
	for _, test := range []struct {
		broken  string
		skipped int
	}{{"3.png", 1}, {"9.png", 0}} {
		cfg := tiny(t)
		cfg.Data, cfg.Epochs, cfg.Batch = pictureFolder(t, test.broken), 1, 4
		result, err := Run(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		line := result.History[0]
		if line.SkippedPictures != test.skipped || line.Step != 2 || len(line.Examples) != 1+test.skipped {
			t.Errorf("%s broken: %d pictures skipped in %d steps, %d captioned; want %d in 2, %d", test.broken, line.SkippedPictures, line.Step, len(line.Examples), test.skipped, 1+test.skipped)
		}
	}
}
