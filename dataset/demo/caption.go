package demo

import (
	"math/rand/v2"
	"strings"
)

// captionsPerPicture of the sentences below are a picture's captions.
const captionsPerPicture = 5

// sentences are the ways to describe a scene. THINGS stands for the count,
// colour and thing, PLACE for the place, ARE for is or are.
var sentences = []string{
	"THINGS PLACE",
	"there ARE THINGS PLACE",
	"PLACE there ARE THINGS",
	"THINGS seen PLACE",
	"someone left THINGS PLACE",
	"THINGS ARE lying PLACE",
	"look at THINGS PLACE",
}

var (
	counts  = [][]string{{"a", "one"}, {"two"}, {"three"}}
	plurals = map[string]string{"box": "boxes", "cross": "crosses"}
	places  = map[string]string{"grass": "on the grass", "snow": "in the snow", "sea": "by the sea", "night": "in the night"}
)

// captions returns five differing sentences about the scene.
func (s Scene) captions(random *rand.Rand) []string {
	captions := make([]string, captionsPerPicture)
	for i, k := range random.Perm(len(sentences))[:captionsPerPicture] {
		captions[i] = s.say(sentences[k], random)
	}
	return captions
}

// say fills a sentence in.
func (s Scene) say(sentence string, random *rand.Rand) string {
	count := counts[s.Count-1]
	things := count[random.IntN(len(count))] + " " + s.Colour + " " + s.noun()
	are := "are"
	if s.Count == 1 {
		are = "is"
	}
	return strings.NewReplacer("THINGS", things, "PLACE", places[s.Place], "ARE", are).Replace(sentence)
}

func (s Scene) noun() string {
	if s.Count == 1 {
		return s.Thing
	}
	return plural(s.Thing)
}

// Nouns returns the words for things, one and several.
func Nouns() []string {
	var nouns []string
	for _, thing := range Things {
		nouns = append(nouns, thing, plural(thing))
	}
	return nouns
}

func plural(thing string) string {
	if word, ok := plurals[thing]; ok {
		return word
	}
	return thing + "s"
}
