package picture

import (
	"encoding/json"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// resizeCase is a picture and what testdata/resize.py made of it.
type resizeCase struct {
	Width, Height int
	Box           [4]int
	Size          [2]int
	In, Out       []byte
}

func readResizeCases(t *testing.T) (cases struct{ Resized, Cropped []resizeCase }) {
	t.Helper()
	text, err := os.ReadFile("testdata/resize.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// TestResizeLikePillow holds every byte to Pillow's.
func TestResizeLikePillow(t *testing.T) {
	for _, fast := range []bool{true, false} {
		t.Run(fmt.Sprint("AVX2 ", fast), func(t *testing.T) {
			useAVX2(fast)
			defer useAVX2(true)
			resizeLikePillow(t)
		})
	}
}

func resizeLikePillow(t *testing.T) {
	var r Resizer // one for all, so that what it keeps cannot leak
	for _, test := range readResizeCases(t).Resized {
		t.Run(fmt.Sprint(test.Width, test.Height, test.Box, test.Size), func(t *testing.T) {
			p := &Picture{Width: test.Width, Height: test.Height, Pixels: test.In}
			got := New(test.Size[0], test.Size[1])
			box := image.Rect(test.Box[0], test.Box[1], test.Box[2], test.Box[3])
			r.Resize(p, box, got.Width, got.Height, got.Pixels)
			if !slices.Equal(got.Pixels, test.Out) {
				t.Errorf("pixels %v, want %v", got.Pixels, test.Out)
			}
			if box == p.Bounds() && !slices.Equal(p.Resize(got.Width, got.Height).Pixels, test.Out) {
				t.Error("Picture.Resize differs")
			}
		})
	}
}

// TestCropLikeTorchvision holds every byte to torchvision's on Pillow pictures.
func TestCropLikeTorchvision(t *testing.T) {
	for _, test := range readResizeCases(t).Cropped {
		t.Run(fmt.Sprint(test.Width, test.Height, test.Size), func(t *testing.T) {
			p := DefaultPreprocessing()
			p.Size, p.Mode = test.Size[0], Crop
			got := p.Apply(&Picture{Width: test.Width, Height: test.Height, Pixels: test.In})
			if !slices.Equal(got.Pixels, test.Out) {
				t.Errorf("pixels %v, want %v", got.Pixels, test.Out)
			}
		})
	}
}

func TestSquash(t *testing.T) {
	p := DefaultPreprocessing()
	p.Size = 12
	test := readResizeCases(t).Resized[0]
	got := p.Apply(&Picture{Width: test.Width, Height: test.Height, Pixels: test.In})
	if got.Width != 12 || got.Height != 12 || !slices.Equal(got.Pixels, test.Out) {
		t.Error("the squashed picture is not the resized one")
	}
}

func TestPreprocessingValidate(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Preprocessing)
		valid  bool
	}{
		{"default", func(*Preprocessing) {}, true},
		{"crop", func(p *Preprocessing) { p.Mode = Crop }, true},
		{"no size", func(p *Preprocessing) { p.Size = 0 }, false},
		{"size of a wall", func(p *Preprocessing) { p.Size = 5000 }, false},
		{"unknown mode", func(p *Preprocessing) { p.Mode = "stretch" }, false},
		{"no deviation", func(p *Preprocessing) { p.Std[1] = 0 }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := DefaultPreprocessing()
			test.change(&p)
			if err := p.Validate(); (err == nil) != test.valid {
				t.Errorf("Validate() = %v", err)
			}
		})
	}
}

// TestResizeFastLikePlain compares the passes on sizes of all kinds.
func TestResizeFastLikePlain(t *testing.T) {
	defer useAVX2(true)
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		p := New(1+random.IntN(90), 1+random.IntN(60))
		for i := range p.Pixels {
			p.Pixels[i] = uint8(random.Uint32())
		}
		width, height := 1+random.IntN(70), 1+random.IntN(70)
		useAVX2(true)
		fast := p.Resize(width, height)
		useAVX2(false)
		if !slices.Equal(fast.Pixels, p.Resize(width, height).Pixels) {
			t.Errorf("%d x %d to %d x %d: the fast pass differs", p.Width, p.Height, width, height)
		}
	}
}

func BenchmarkResize(b *testing.B) {
	p, out := New(500, 375), make([]uint8, 224*224*3)
	var r Resizer
	b.SetBytes(int64(len(p.Pixels)))
	for b.Loop() {
		r.Resize(p, p.Bounds(), 224, 224, out)
	}
}
