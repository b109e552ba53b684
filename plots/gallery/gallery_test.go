package gallery

import (
	"bytes"
	"image"
	"image/jpeg"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seetell/seetell/plots/internal/plottest"
)

func TestGalleryRoundTrip(t *testing.T) {
	dir := t.TempDir()
	want := Item{ID: plottest.Hostile, Group: Best, References: []string{"one", "zwei", "三"}, Scores: map[string]float64{"CIDEr": 1.25},
		Attention: *plottest.Maps(plottest.Picture(640, 100), "a disc", 7)}
	want.Attention.Area = image.Rect(100, 0, 200, 100)
	if err := Write(dir, []Item{want, want}); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, []Item{want}); err != nil {
		t.Fatal(err)
	}
	items, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(items) != 1 {
		t.Fatalf("%d items; those of the earlier gallery stay", len(items))
	}
	got := items[0]
	if got.ID != want.ID || got.References[2] != "三" || got.Scores["CIDEr"] != 1.25 || got.Attention.Area != want.Attention.Area || got.Attention.Caption() != "a disc" {
		t.Errorf("read %+v", got)
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(got.Picture))
	if err != nil || config.Width != 320 || config.Height != 50 {
		t.Errorf("the picture is %d × %d (%v), want 320 × 50", config.Width, config.Height, err)
	}
}

func FuzzReadGalleryItem(f *testing.F) {
	f.Add([]byte(`{"format":1,"id":"a","picture":"../../etc/passwd","width":10,"height":10,"area":[0,0,10,10],"grid":1,"words":[{"word":"a","weights":[1]}]}`))
	f.Add([]byte(`{"format":1,"width":1000000000,"height":1000000000,"area":[0,0,1,1],"grid":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "best-01.json")
		plottest.WriteFile(t, path, string(data))
		item, err := readItem(path)
		if err != nil {
			return
		}
		if item.Picture != nil {
			t.Fatalf("a picture was read from %q", item.PictureFile)
		}
	})
}

func TestChooseGallery(t *testing.T) {
	report := plottest.Report(100, 1)
	choices := Choose(report, 10, 1)
	groups, seen := map[string][]float64{}, map[int]bool{}
	for _, c := range choices {
		if seen[c.Index] {
			t.Errorf("picture %d is chosen twice", c.Index)
		}
		seen[c.Index] = true
		groups[c.Group] = append(groups[c.Group], report.PerImage[c.Index].Scores["CIDEr"])
	}
	for _, group := range []string{Best, Median, Worst, Random} {
		if len(groups[group]) != 10 {
			t.Errorf("%d %s pictures, want 10", len(groups[group]), group)
		}
	}
	if slices.Min(groups[Best]) < slices.Max(groups[Median]) || slices.Min(groups[Median]) < slices.Max(groups[Worst]) {
		t.Error("best, median and worst are out of order")
	}
	if again := Choose(report, 10, 1); !slices.Equal(again, choices) {
		t.Error("the same seed gives another choice")
	}
	for n := range 9 {
		if got := len(Choose(plottest.Report(max(n, 1), 1), 10, 1)); got > max(n, 1) {
			t.Errorf("%d of %d pictures chosen", got, n)
		}
	}
}
