package attention_test

import (
	"fmt"
	"image"
	"log"
	"os"
	"path/filepath"

	"github.com/seetell/seetell/plots/attention"
)

func ExampleSave() {
	dir, err := os.MkdirTemp("", "attention")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	caption := &attention.Maps{
		Picture: image.NewGray(image.Rect(0, 0, 320, 240)),
		Grid:    2,
		Words: []attention.Word{
			{Word: "a", Probability: .9, Gate: .3, Weights: []float64{.25, .25, .25, .25}},
			{Word: "dog", Probability: .7, Gate: .6, Weights: []float64{.1, .7, .1, .1}},
		},
	}
	if err := attention.Save(dir, "photo.jpg", []*attention.Maps{caption}); err != nil {
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
