package plots_test

import (
	"fmt"
	"image"
	"log"
	"os"
	"path/filepath"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/plots"
)

// Any tool's scores of single pictures can be drawn.
func ExampleFigures() {
	system, err := plots.NewSystem("my captioner", &evaluate.Report{
		Images: 3,
		Scores: map[string]float64{"CIDEr": .8},
		PerImage: []evaluate.ImageScore{
			{ID: "1", Caption: "a dog runs", Scores: map[string]float64{"CIDEr": .3}},
			{ID: "2", Caption: "a dog in the snow", Scores: map[string]float64{"CIDEr": .9}},
			{ID: "3", Caption: "two children", Scores: map[string]float64{"CIDEr": 1.2}},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	figures, err := plots.Figures([]*plots.System{system}, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range figures {
		fmt.Println(f.Name, "-", f.Title)
	}
	// Output:
	// CIDEr-histogram - CIDEr-D over 3 pictures
	// CIDEr-density - CIDEr-D over 3 pictures
	// CIDEr-distribution - CIDEr-D over 3 pictures
	// CIDEr-length - CIDEr-D by length of the caption
	// scores - Scores of the corpus with 95 % intervals
}

func ExampleSaveAttention() {
	dir, err := os.MkdirTemp("", "attention")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	caption := &plots.Attention{
		Picture: image.NewGray(image.Rect(0, 0, 320, 240)),
		Grid:    2,
		Words: []plots.AttentionWord{
			{Word: "a", Probability: .9, Gate: .3, Weights: []float64{.25, .25, .25, .25}},
			{Word: "dog", Probability: .7, Gate: .6, Weights: []float64{.1, .7, .1, .1}},
		},
	}
	if err := plots.SaveAttention(dir, "photo.jpg", []*plots.Attention{caption}); err != nil {
		log.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		log.Fatal(err)
	}
	for _, path := range paths {
		fmt.Println(filepath.Base(path))
	}
	// Output:
	// photo.jpg.gif
	// photo.jpg.json
	// photo.jpg.png
	// photo.jpg.svg
}
