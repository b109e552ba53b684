package nltk

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testshared"
)

// tolerance is what the golden files are held to.
const tolerance = 1e-9

// largest keeps the largest difference of a file.
type largest float64

func (l *largest) check(t *testing.T, what string, got, want float64) {
	t.Helper()
	difference := math.Abs(got - want)
	*l = max(*l, largest(difference))
	if !(difference <= tolerance) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func fields(lines []string) [][]string {
	var all [][]string
	for _, line := range lines {
		all = append(all, strings.Fields(line))
	}
	return all
}

var (
	four    = []float64{0.25, 0.25, 0.25, 0.25}
	methods = map[string]Smoothing{
		"none": None, "method1": Method1, "method2": Method2, "method3": Method3, "method4": Method4,
		"method5": Method5, "method7": Method7,
	}
)

func TestGoldenAnchors(t *testing.T) {
	var anchors []struct {
		Hyp      string
		Refs     []string
		Meteor   float64
		Corpus   float64            `json:"corpus_bleu4"`
		Sentence map[string]float64 `json:"sentence_bleu"`
	}
	testshared.GoldenJSON(t, &anchors, "nltk", "anchors.json")
	meteor := NewMeteor()
	var l largest
	for _, a := range anchors {
		hyp, refs := strings.Fields(a.Hyp), fields(a.Refs)
		l.check(t, a.Hyp+": meteor", meteor.Score(hyp, refs), a.Meteor)
		l.check(t, a.Hyp+": corpus", CorpusBLEU([]Pairing{{hyp, refs}}, four, None), a.Corpus)
		for name, want := range a.Sentence {
			l.check(t, a.Hyp+": "+name, SentenceBLEU(hyp, refs, four, methods[name]), want)
		}
	}
	t.Logf("%d sentences: largest difference %.1e", len(anchors), l)
}

func TestGoldenStress(t *testing.T) {
	var sentences []struct {
		Hyp    string
		Refs   []string
		PerRef []float64 `json:"meteor_per_ref"`
		Pairs  [][2]int  `json:"align_ref0"`
	}
	testshared.GoldenJSON(t, &sentences, "nltk", "stress.json.gz")
	meteor := NewMeteor()
	var l largest
	for _, s := range sentences {
		hyp, refs := strings.Fields(s.Hyp), fields(s.Refs)
		for i, ref := range refs {
			l.check(t, s.Hyp, meteor.Score(hyp, [][]string{ref}), s.PerRef[i])
		}
		var pairs [][2]int
		for _, p := range meteor.Align(hyp, refs[0]) {
			pairs = append(pairs, [2]int{p.Hyp, p.Ref})
		}
		if !slices.Equal(pairs, s.Pairs) {
			t.Errorf("%q and %q: pairs %v, want %v", s.Hyp, s.Refs[0], pairs, s.Pairs)
		}
	}
	t.Logf("%d sentences: largest difference %.1e", len(sentences), l)
}

func TestGoldenSynonyms(t *testing.T) {
	var sets map[string][]string
	testshared.GoldenJSON(t, &sets, "nltk", "synonym_sets.json.gz")
	for stem, want := range sets {
		if got := synonyms(stem); !slices.Equal(got, want) {
			t.Errorf("synonyms of %q: %q, want %q", stem, got, want)
		}
	}
	t.Logf("%d sets equal", len(sets))
}

func TestGoldenCaptions(t *testing.T) {
	var refs []struct {
		Tokens []string `json:"refs_tok"`
	}
	var system struct {
		Corpus map[string]float64 `json:"corpus_bleu"`
		Mean   float64            `json:"meteor_mean"`
		Images []struct {
			Hyp      string
			PerRef   []float64          `json:"meteor_per_ref"`
			Sentence map[string]float64 `json:"sentence_bleu"`
		} `json:"per_image"`
	}
	testshared.GoldenJSON(t, &refs, "coco_py", "flickr8k_test_refs_karpathy.json.gz")
	testshared.GoldenJSON(t, &system, "nltk", "flickr8k_karpathy_merge_1.json.gz")
	meteor := NewMeteor()
	var l largest
	var corpus []Pairing
	mean := 0.0
	for i, image := range system.Images {
		p := Pairing{strings.Fields(image.Hyp), fields(refs[i].Tokens)}
		corpus = append(corpus, p)
		mean += meteor.Score(p.Hyp, p.Refs) / float64(len(system.Images))
		for j, ref := range p.Refs {
			l.check(t, image.Hyp, meteor.Score(p.Hyp, [][]string{ref}), image.PerRef[j])
		}
		for name, want := range image.Sentence {
			l.check(t, image.Hyp+": "+name, SentenceBLEU(p.Hyp, p.Refs, four, methods[name]), want)
		}
	}
	l.check(t, "mean", mean, system.Mean)
	for name, want := range system.Corpus {
		l.check(t, name, CorpusBLEU(corpus, weightsOf[name], methods[strings.TrimPrefix(name, "BLEU-4 ")]), want)
	}
	t.Logf("%d images: largest difference %.1e", len(system.Images), l)
}

// weightsOf are the weights of the corpus scores.
var weightsOf = map[string][]float64{
	"BLEU-1": {1}, "BLEU-2": {0.5, 0.5}, "BLEU-3": {1. / 3, 1. / 3, 1. / 3}, "BLEU-4": four,
	"tutorial_BLEU-1 (1,0,0,0)": {1, 0, 0, 0}, "tutorial_BLEU-2 (.5,.5,0,0)": {0.5, 0.5, 0, 0},
	"tutorial_BLEU-3 (.3,.3,.3,0)": {0.3, 0.3, 0.3, 0},
	"BLEU-4 method1":               four, "BLEU-4 method2": four, "BLEU-4 method3": four, "BLEU-4 method4": four,
	"BLEU-4 method7": four,
}
