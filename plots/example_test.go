package plots_test

import (
	"fmt"
	"log"

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
