package demo_test

import (
	"bytes"
	"fmt"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seetell/seetell/dataset/demo"
	"github.com/seetell/seetell/evaluate/bleu"
)

func TestTestScenesAreHeldOut(t *testing.T) {
	splits := demo.New(1)
	scenes := map[string]map[demo.Scene]bool{}
	values := map[string]bool{}
	for _, split := range splits {
		scenes[split.Name] = map[demo.Scene]bool{}
		for _, p := range split.Pictures {
			scenes[split.Name][p.Scene] = true
			if split.Name == "train" {
				s := p.Scene
				for _, pair := range []string{
					fmt.Sprint(s.Thing, s.Colour), fmt.Sprint(s.Thing, s.Count), fmt.Sprint(s.Thing, s.Place),
					fmt.Sprint(s.Colour, s.Count), fmt.Sprint(s.Colour, s.Place), fmt.Sprint(s.Count, s.Place),
				} {
					values[pair] = true
				}
			}
		}
	}
	for scene := range scenes["test"] {
		if scenes["train"][scene] || scenes["validation"][scene] {
			t.Errorf("%v is in test and in another split", scene)
		}
	}
	all := len(demo.Things) * len(demo.Colours) * demo.MaxCount * len(demo.Places)
	if got, want := len(scenes["test"]), all/5; got < want || got > want+1 {
		t.Errorf("%d of %d scenes are in test alone, want a fifth", got, all)
	}
	if got := len(scenes["train"]) + len(scenes["test"]); got != all {
		t.Errorf("train and test show %d scenes, want all %d", got, all)
	}
	if want := 6*6 + 6*3 + 6*4 + 6*3 + 6*4 + 3*4; len(values) != want {
		t.Errorf("train shows %d pairs of values, want all %d", len(values), want)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	first, second, other := demo.New(4), demo.New(4), demo.New(5)
	for i := range first {
		a, errA := first[i].Pictures[3].PNG()
		b, errB := second[i].Pictures[3].PNG()
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s: two drawings of picture 3 differ", first[i].Name)
		}
		if c, _ := other[i].Pictures[3].PNG(); bytes.Equal(a, c) {
			t.Errorf("%s: another seed drew the same picture", first[i].Name)
		}
		if m, err := png.Decode(bytes.NewReader(a)); err != nil || m.Bounds().Dx() != 96 {
			t.Errorf("%s: not a PNG of 96 pixels: %v", first[i].Name, err)
		}
	}
}

func TestCaptions(t *testing.T) {
	for _, split := range demo.New(1) {
		for _, p := range split.Pictures {
			differing := map[string]bool{}
			for _, caption := range p.Captions {
				differing[caption] = true
				if thing, colour, count, place := demo.Check(caption, p.Scene); !(thing && colour && count && place) {
					t.Errorf("%s: the caption %q fails the check", p.ID, caption)
				}
			}
			if len(differing) != 5 {
				t.Errorf("%s: %d differing captions, want 5", p.ID, len(differing))
			}
		}
	}
}

func TestCheck(t *testing.T) {
	scene := demo.Scene{Thing: "box", Colour: "red", Count: 2, Place: "snow"}
	for _, test := range []struct {
		name, caption               string
		thing, colour, count, place bool
	}{
		{"all right", "Two red boxes in the snow.", true, true, true, true},
		{"singular", "two red box in the snow", true, true, true, true},
		{"wrong thing", "two red balls in the snow", false, true, true, true},
		{"two things", "two red boxes and balls in the snow", false, true, true, true},
		{"wrong colour", "two pink boxes in the snow", true, false, true, true},
		{"wrong count", "a red box in the snow", true, true, false, true},
		{"two counts", "one two red boxes in the snow", true, true, false, true},
		{"wrong place", "two red boxes by the sea", true, true, true, false},
		{"nothing", "", false, false, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			thing, colour, count, place := demo.Check(test.caption, scene)
			if thing != test.thing || colour != test.colour || count != test.count || place != test.place {
				t.Errorf("Check(%q) = %v %v %v %v", test.caption, thing, colour, count, place)
			}
		})
	}
}

// TestScoresTellSeeingFromGuessing holds what the demo's BLEU-4 means: who
// sees scores high, who always says the same, or says it of the wrong picture,
// scores low.
func TestScoresTellSeeingFromGuessing(t *testing.T) {
	splits := demo.New(1)
	test := splits[2].Pictures[:150]
	say := func(p demo.Picture) string { return p.Captions[0] }
	oracle := bleu4(test, func(i int) string { return plainest(test[i]) })
	if oracle < .75 {
		t.Errorf("one who sees everything scores %.3f, want at least .75", oracle)
	}
	dealt := rand.New(rand.NewPCG(1, 1)).Perm(len(test))
	shuffled := bleu4(test, func(i int) string { return plainest(test[dealt[i]]) })
	if shuffled > .35 {
		t.Errorf("captions of the wrong pictures score %.3f, want under .35", shuffled)
	}
	var best float64
	for _, p := range splits[0].Pictures[:100] {
		if score := bleu4(test, func(int) string { return say(p) }); score > best {
			best = score
		}
	}
	if best > .30 {
		t.Errorf("the best constant caption scores %.3f, want under .30", best)
	}
	t.Logf("oracle %.3f, best constant %.3f, shuffled %.3f", oracle, best, shuffled)
}

// plainest describes the picture without having read its captions.
func plainest(p demo.Picture) string {
	count := []string{"a", "two", "three"}[p.Count-1]
	noun := p.Thing
	if p.Count > 1 {
		noun = map[string]string{"box": "boxes", "cross": "crosses"}[p.Thing]
		if noun == "" {
			noun = p.Thing + "s"
		}
	}
	place := map[string]string{"grass": "on the grass", "snow": "in the snow", "sea": "by the sea", "night": "in the night"}[p.Place]
	return strings.Join([]string{count, p.Colour, noun, place}, " ")
}

func bleu4(pictures []demo.Picture, say func(int) string) float64 {
	var total bleu.Stats
	for i, p := range pictures {
		references := make([][]string, len(p.Captions))
		for j, caption := range p.Captions {
			references[j] = strings.Fields(caption)
		}
		total.Add(bleu.Sentence(strings.Fields(say(i)), references))
	}
	return total.Scores()[3]
}

func BenchmarkPNG(b *testing.B) {
	pictures := demo.New(1)[0].Pictures
	for i := 0; b.Loop(); i++ {
		if _, err := pictures[i%len(pictures)].PNG(); err != nil {
			b.Fatal(err)
		}
	}
}
