package evaluate

import (
	"fmt"
	"math"
	"testing"

	"github.com/seetell/seetell/internal/testshared"
)

// tolerance of every number against the reference programs'.
const tolerance = 1e-9

// systems are the captions of four systems on Flickr8k's test pictures, and
// a person's.
var systems = []string{
	"flickr8k_karpathy_human_1", "flickr8k_karpathy_init_2", "flickr8k_karpathy_merge_1",
	"flickr8k_karpathy_par_3", "flickr8k_raw_merge_1",
}

// goldenScores are pycocoevalcap's numbers, of a set or of one picture.
type goldenScores struct {
	BLEU  []float64 `json:"Bleu"`
	ROUGE float64   `json:"ROUGE_L"`
	CIDEr float64   `json:"CIDEr"`
}

func (g goldenScores) named() map[string]float64 {
	scores := map[string]float64{"ROUGE_L": g.ROUGE, "CIDEr": g.CIDEr}
	for n, value := range g.BLEU {
		scores[fmt.Sprintf("Bleu_%d", n+1)] = value
	}
	return scores
}

type goldenSystem struct {
	Refs     string
	Corpus   goldenScores
	Meteor   struct{ Corpus float64 } `json:"corpus_meteor_no_paraphrase"`
	PerImage []struct {
		goldenScores
		Meteor float64 `json:"METEOR_nopara"`
		Raw    string  `json:"hyp_raw"`
		Tok    string  `json:"hyp_tok"`
	} `json:"per_image"`
}

type goldenReferences []struct {
	Image string
	Raw   []string `json:"refs_raw"`
	Tok   []string `json:"refs_tok"`
}

// difference returns the largest difference between got and want.
func difference(t *testing.T, got, want map[string]float64) float64 {
	t.Helper()
	var most float64
	for name, value := range want {
		score, found := got[name]
		if !found {
			t.Fatalf("no score %s", name)
		}
		most = max(most, math.Abs(score-value))
	}
	return most
}

// compare checks a report's numbers and returns the largest difference.
func compare(t *testing.T, r *Report, corpus map[string]float64, perImage []map[string]float64) float64 {
	t.Helper()
	most := difference(t, r.Scores, corpus)
	if most > tolerance {
		t.Errorf("corpus: %v, want %v", r.Scores, corpus)
	}
	for i, want := range perImage {
		d := difference(t, r.PerImage[i].Scores, want)
		if most = max(most, d); d > tolerance {
			t.Errorf("picture %s: %v, want %v", r.PerImage[i].ID, r.PerImage[i].Scores, want)
		}
	}
	return most
}

func TestGoldenSystems(t *testing.T) {
	for _, name := range systems {
		t.Run(name, func(t *testing.T) {
			images, golden := goldenImages(t, name)
			report, err := Score(t.Context(), images, Options{Metrics: []Metric{BLEU, METEOR, ROUGE, CIDEr}})
			if err != nil {
				t.Fatal(err)
			}
			var perImage []map[string]float64
			for _, image := range golden.PerImage {
				scores := image.named()
				scores["METEOR_no_paraphrase"] = image.Meteor
				perImage = append(perImage, scores)
			}
			corpus := golden.Corpus.named()
			corpus["METEOR_no_paraphrase"] = golden.Meteor.Corpus
			t.Logf("%-28s %.1e", name, compare(t, report, corpus, perImage))
		})
	}
}

// goldenImages returns the pictures of a system, in the golden files' order.
func goldenImages(t testing.TB, name string) (Images, goldenSystem) {
	t.Helper()
	var system goldenSystem
	testshared.GoldenJSON(t, &system, "coco_py", name+".json.gz")
	var references goldenReferences
	testshared.GoldenJSON(t, &references, "coco_py", system.Refs)
	images := make(Images, len(references))
	for i, image := range references {
		images[i] = Image{ID: image.Image, Caption: system.PerImage[i].Raw, References: image.Raw}
	}
	return images, system
}

func TestGoldenEdgeCases(t *testing.T) {
	var cases []struct {
		Name  string
		Items []struct {
			Hyp  string
			Refs []string
		}
		Corpus   goldenScores
		PerImage []goldenScores `json:"per_image"`
	}
	testshared.GoldenJSON(t, &cases, "coco_py", "edge_cases.json.gz")
	var most float64
	for _, test := range cases {
		t.Run(test.Name, func(t *testing.T) {
			pictures := make([]picture, len(test.Items))
			images := make(Images, len(test.Items))
			vocabulary := numbers{}
			for i, item := range test.Items {
				images[i] = Image{ID: fmt.Sprint(i), Caption: item.Hyp, References: item.Refs}
				pictures[i].caption = vocabulary.text(item.Hyp, item.Hyp)
				pictures[i].references = each(item.Refs, func(r string) text { return vocabulary.text(r, r) })
			}
			metrics, err := choose(Options{Metrics: []Metric{BLEU, METEOR, ROUGE, CIDEr}})
			if err != nil {
				t.Fatal(err)
			}
			table, err := measure(t.Context(), pictures, metrics)
			if err != nil {
				t.Fatal(err)
			}
			report := newReport(images, Options{}, table)
			most = max(most, compare(t, report, test.Corpus.named(), each(test.PerImage, goldenScores.named)))
		})
	}
	t.Logf("%-28s %.1e", "edge_cases", most)
}
