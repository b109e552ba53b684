package loader

import (
	"slices"
	"testing"

	"github.com/seetell/seetell/picture"
)

func TestSwapSides(t *testing.T) {
	for _, test := range []struct{ caption, want string }{
		{"a dog on the left", "a dog on the right"},
		{"Left of the tree, a RIGHT turn", "Right of the tree, a LEFT turn"},
		{"the leftovers are alright", "the leftovers are alright"},
		{"left-handed", "right-handed"},
		{"", ""},
		{"droit à gauche", "droit à gauche"},
	} {
		if got := swapSides(test.caption); got != test.want {
			t.Errorf("swapSides(%q) = %q, want %q", test.caption, got, test.want)
		}
	}
}

func TestMirrored(t *testing.T) {
	captions := []string{"a dog", "a dog on the left"}
	for _, test := range []struct {
		flip string
		want []string
		ok   bool
	}{
		{FlipKeep, captions, false},
		{FlipSwap, []string{"a dog", "a dog on the right"}, true},
	} {
		got, ok := Augmentation{Flip: test.flip}.mirrored(captions)
		if ok != test.ok || !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, %v", test.flip, got, ok)
		}
	}
	if _, ok := (Augmentation{Flip: FlipKeep}).mirrored(captions[:1]); !ok {
		t.Error("a picture without sides in its captions is not mirrored")
	}
}

// TestFlipReachesPixelsAndCaptions looks for a mirrored picture in an epoch.
func TestFlipReachesPixelsAndCaptions(t *testing.T) {
	split := draw(t, 20)
	for i := range split.records {
		split.records[i].Captions = []string{"on the left"}
	}
	config := smallConfig()
	config.Batch = 20
	plain := loadAll(t, split, config)[0]
	config.Augment.Flip = FlipSwap
	turned := loadAll(t, split, config)[0]
	flipped := 0
	for i, captions := range turned.Captions {
		want := slices.Clone(plain.Pixels[i*16*16*3:][:16*16*3])
		if captions[0] == "on the right" {
			flipped++
			flip(want, 16)
		}
		if !slices.Equal(turned.Pixels[i*16*16*3:][:16*16*3], want) {
			t.Errorf("picture %d: the pixels do not go with %q", i, captions[0])
		}
	}
	if flipped < 4 || flipped > 16 {
		t.Errorf("%d of 20 pictures mirrored", flipped)
	}
	config.Augment.Flip = FlipKeep
	if kept := loadAll(t, split, config)[0]; !slices.Equal(kept.Pixels, plain.Pixels) {
		t.Error("a picture whose captions name a side was mirrored")
	}
}

func TestFlip(t *testing.T) {
	pixels := []uint8{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9}
	flip(pixels, 3)
	if want := []uint8{3, 3, 3, 2, 2, 2, 1, 1, 1, 6, 6, 6, 5, 5, 5, 4, 4, 4, 9, 9, 9, 8, 8, 8, 7, 7, 7}; !slices.Equal(pixels, want) {
		t.Errorf("pixels %v, want %v", pixels, want)
	}
}

func TestJitter(t *testing.T) {
	for _, test := range []struct {
		name   string
		change change
		want   []uint8
	}{
		{"none", change{brightness: 1, contrast: 1, saturation: 1}, []uint8{100, 100, 100, 200, 200, 200}},
		{"brightness", change{brightness: 1.5, contrast: 1, saturation: 1}, []uint8{150, 150, 150, 255, 255, 255}},
		{"contrast", change{brightness: 1, contrast: .5, saturation: 1}, []uint8{125, 125, 125, 175, 175, 175}},
		{"saturation of grey", change{brightness: 1, contrast: 1, saturation: .2}, []uint8{100, 100, 100, 200, 200, 200}},
	} {
		t.Run(test.name, func(t *testing.T) {
			pixels := []uint8{100, 100, 100, 200, 200, 200}
			test.change.jitter(pixels)
			if !slices.Equal(pixels, test.want) {
				t.Errorf("pixels %v, want %v", pixels, test.want)
			}
		})
	}
	red := []uint8{200, 0, 0}
	change{brightness: 1, contrast: 1, saturation: .5}.jitter(red)
	if want := []uint8{130, 30, 30}; !slices.Equal(red, want) { // halfway to its grey of 59.8
		t.Errorf("half the saturation of red is %v, want %v", red, want)
	}
}

func TestCropBox(t *testing.T) {
	p := picture.New(50, 37)
	a := Augmentation{CropScale: .2}
	areas := map[bool]int{}
	for row := range 500 {
		c := a.draw(1, 0, pair{row, -1})
		box := c.box(p)
		if !box.In(p.Bounds()) || box.Empty() {
			t.Fatalf("row %d: box %v", row, box)
		}
		part := float64(box.Dx()*box.Dy()) / (50 * 37)
		if part < .18 || part > 1 {
			t.Errorf("row %d: box %v is %.2f of the area", row, box, part)
		}
		areas[part < .6]++
	}
	if areas[true] < 150 || areas[false] < 150 {
		t.Errorf("%d small and %d large boxes of 500", areas[true], areas[false])
	}
	if box := (change{scale: 1, areas: [10]float64{1}}).box(picture.New(1, 1)); box != picture.New(1, 1).Bounds() {
		t.Errorf("box of a single pixel: %v", box)
	}
}

func TestDrawDependsOnSeedEpochAndItem(t *testing.T) {
	a := Augmentation{CropScale: .2, Flip: FlipSwap, Jitter: .2}
	first := a.draw(1, 2, pair{3, -1})
	if a.draw(1, 2, pair{3, -1}) != first {
		t.Error("two draws for the same picture differ")
	}
	for _, other := range []change{a.draw(2, 2, pair{3, -1}), a.draw(1, 3, pair{3, -1}), a.draw(1, 2, pair{4, -1}), a.draw(1, 2, pair{3, 0})} {
		if other == first {
			t.Error("draws for different pictures are the same")
		}
	}
}
