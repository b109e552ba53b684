package grounding

import (
	"maps"
	"slices"
	"strings"
)

// words of captions by the category of COCO that they name.
var words = map[string]string{
	"person":        "man men woman women boy boys girl girls child children kid kids people person player players baby toddler guy lady skateboarder surfer skier snowboarder biker cyclist crowd group",
	"dog":           "dog dogs puppy",
	"horse":         "horse horses",
	"bicycle":       "bicycle bike bikes bicycles",
	"motorcycle":    "motorcycle bike",
	"car":           "car cars",
	"bus":           "bus",
	"train":         "train",
	"boat":          "boat boats",
	"bench":         "bench",
	"bird":          "bird birds",
	"cat":           "cat",
	"sports ball":   "ball",
	"frisbee":       "frisbee",
	"skateboard":    "skateboard",
	"surfboard":     "surfboard",
	"snowboard":     "snowboard",
	"skis":          "skis",
	"tennis racket": "racket",
	"chair":         "chair",
	"couch":         "couch",
	"dining table":  "table",
	"bed":           "bed",
	"elephant":      "elephant",
	"cow":           "cow",
	"sheep":         "sheep",
}

// COCO returns the English words that name categories of COCO.
func COCO() Names {
	names := Names{}
	for _, category := range slices.Sorted(maps.Keys(words)) {
		for _, word := range strings.Fields(words[category]) {
			names[word] = append(names[word], category)
		}
	}
	return names
}
