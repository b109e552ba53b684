// Package demo draws a captioned data set: things of a colour, one to three of
// them, in a place. Everything follows from a seed, so that nothing has to be
// downloaded, and every scene is known, so that what a model says of it can be
// checked by program.
package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
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

// id names a picture so that SceneOf can read the scene back.
func (s Scene) id(split string, number int) string {
	return fmt.Sprintf("%s-%04d-%s-%s-%d-%s", split, number, s.Colour, s.Thing, s.Count, s.Place)
}

// SceneOf returns the scene of the picture with the id given, of any split and
// seed.
func SceneOf(id string) (Scene, error) {
	parts := strings.Split(id, "-")
	if len(parts) == 6 {
		count, err := strconv.Atoi(parts[4])
		s := Scene{Thing: parts[3], Colour: parts[2], Count: count, Place: parts[5]}
		if err == nil && s.known() {
			return s, nil
		}
	}
	return Scene{}, fmt.Errorf("%q is not the id of a picture of the demo set", id)
}

func (s Scene) known() bool {
	return slices.Contains(Things, s.Thing) && slices.Contains(Colours, s.Colour) &&
		s.Count >= 1 && s.Count <= MaxCount && slices.Contains(Places, s.Place)
}
