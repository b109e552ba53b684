// Package demo draws a captioned data set: things of a colour, one to three of
// them, in a place. Everything follows from a seed, so that nothing has to be
// downloaded, and every scene is known, so that what a model says of it can be
// checked by program.
package demo

import (
	"fmt"
)

// Scene is what a picture shows.
type Scene struct {
	Thing, Colour string // of Things and Colours
	Count         int    // 1 to MaxCount
	Place         string // of Places
}

// The values that a scene is made of, by the word that captions use. Every
// combination of them is drawn.
var (
	Things  = []string{"ball", "box", "star", "ring", "cross", "tent"}
	Colours = []string{"red", "yellow", "green", "blue", "purple", "pink"}
	Places  = []string{"grass", "snow", "sea", "night"}
)

// MaxCount is the largest count of things in a scene.
const MaxCount = 3

// combinations returns every scene, held out or not.
func combinations() (seen, heldOut []Scene) {
	for t, thing := range Things {
		for c, colour := range Colours {
			for n := range MaxCount {
				for p, place := range Places {
					scene := Scene{thing, colour, n + 1, place}
					// Every fifth, spread such that each pair of values is
					// seen in training.
					if (t+2*c+3*n+4*p)%5 == 0 {
						heldOut = append(heldOut, scene)
					} else {
						seen = append(seen, scene)
					}
				}
			}
		}
	}
	return seen, heldOut
}

// id names a picture by what it shows.
func (s Scene) id(split string, number int) string {
	return fmt.Sprintf("%s-%04d-%s-%s-%d-%s", split, number, s.Colour, s.Thing, s.Count, s.Place)
}
