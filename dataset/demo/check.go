package demo

import (
	"slices"
	"strings"
)

// Check tells which of a scene's four properties a caption states rightly. A
// property is right if the caption's words name its value and no other value
// of it: for the thing its name, in the singular or plural; for the colour its
// name; for the count a, an or one, two, three; for the place grass, snow, sea
// or night.
func Check(caption string, s Scene) (thing, colour, count, place bool) {
	var named [4][]string
	for _, word := range strings.Fields(strings.ToLower(caption)) {
		kind, value := meaning(strings.Trim(word, ".,;:!?\"'"))
		if value != "" && !slices.Contains(named[kind], value) {
			named[kind] = append(named[kind], value)
		}
	}
	right := func(kind int, value string) bool { return slices.Equal(named[kind], []string{value}) }
	return right(ofThing, s.Thing), right(ofColour, s.Colour),
		right(ofCount, counts[s.Count-1][0]), right(ofPlace, s.Place)
}

const (
	ofThing = iota
	ofColour
	ofCount
	ofPlace
)

// meaning returns the value of which property a word names, or "".
func meaning(word string) (kind int, value string) {
	for _, thing := range Things {
		if word == thing || word == plural(thing) {
			return ofThing, thing
		}
	}
	switch {
	case slices.Contains(Colours, word):
		return ofColour, word
	case slices.Contains(Places, word):
		return ofPlace, word
	case word == "an" || word == "one":
		return ofCount, "a"
	case word == "a" || word == "two" || word == "three":
		return ofCount, word
	}
	return 0, ""
}
