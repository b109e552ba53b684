package rougescore

import (
	"fmt"
	"math"
	"testing"

	"github.com/seetell/seetell/internal/testshared"
)

func TestScore(t *testing.T) {
	for _, test := range []struct {
		name      string
		n         int // 0 is ROUGE-L
		stem      bool
		text, ref string
		want      Score
	}{ // unit tests of rouge-score, and values worked out by hand
		{"one word", 1, false, "testing", "testing", Score{1, 1, 1}},
		{"half", 1, false, "testing", "testing one two", Score{1, 1. / 3, 0.5}},
		{"pairs", 2, false, "testing", "testing one", Score{}},
		{"pair", 2, false, "testing one", "testing one two", Score{1, 0.5, 2. / 3}},
		{"clipped", 1, false, "the the the", "the cat", Score{1. / 3, 0.5, 0.4}},
		{"subsequence", 0, false, "testing one two", "testing two", Score{2. / 3, 1, 0.8}},
		{"not only ASCII", 1, false, "naïve, dog!", "DOG", Score{1. / 3, 1, 0.5}},
		{"stems", 1, true, "the dogs running", "the dog runs", Score{1, 1, 1}},
		{"empty", 0, false, "", "a dog", Score{}},
		{"both empty", 1, false, "", "", Score{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _ := compute(Scorer{Stem: test.stem}, test.n, test.text, []string{test.ref})
			if !close(got.Precision, test.want.Precision) || !close(got.Recall, test.want.Recall) || !close(got.F, test.want.F) {
				t.Errorf("ROUGE-%d of %q and %q = %v, want %v", test.n, test.text, test.ref, got, test.want)
			}
		})
	}
}

func compute(s Scorer, n int, text string, references []string) (Score, int) {
	if n == 0 {
		return s.L(text, references)
	}
	return s.N(n, text, references)
}

func close(a, b float64) bool { return math.Abs(a-b) < 1e-12 }

func TestGolden(t *testing.T) {
	var refs []struct {
		Raw []string `json:"refs_raw"`
	}
	type scores map[string][4]float64
	var system struct {
		Mean   map[string]map[string]float64 `json:"mean_fmeasure"`
		Images []struct {
			Hyp    string
			NoStem scores `json:"no_stem"`
			Stem   scores
			PerRef []float64 `json:"per_ref_rougeL_f_no_stem"`
		} `json:"per_image"`
	}
	testshared.GoldenJSON(t, &refs, "coco_py", "flickr8k_test_refs_karpathy.json.gz")
	testshared.GoldenJSON(t, &system, "rouge_score", "flickr8k_karpathy_merge_1.json.gz")
	largest := 0.0
	check := func(what string, got, want float64) {
		largest = max(largest, math.Abs(got-want))
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	mean := map[string]map[string]float64{"no_stem": {}, "stem": {}}
	for i, image := range system.Images {
		for j, want := range image.PerRef {
			got, _ := Scorer{}.L(image.Hyp, refs[i].Raw[j:j+1])
			check(image.Hyp, got.F, want)
		}
		for kind, want := range map[string]scores{"no_stem": image.NoStem, "stem": image.Stem} {
			for n, name := range []string{"rougeL", "rouge1", "rouge2"} {
				got, which := compute(Scorer{Stem: kind == "stem"}, n, image.Hyp, refs[i].Raw)
				for k, value := range []float64{got.Precision, got.Recall, got.F, float64(which)} {
					check(image.Hyp+": "+name, value, want[name][k])
				}
				mean[kind][name] += got.F / float64(len(system.Images))
			}
		}
	}
	for kind, names := range system.Mean {
		for name, want := range names {
			check("mean "+name, mean[kind][name], want)
		}
	}
	t.Logf("%d images: largest difference %.1e", len(system.Images), largest)
}

func ExampleScorer_L() {
	score, reference := Scorer{}.L("A dog runs.", []string{"Two cats.", "A brown dog runs"})
	fmt.Printf("%.4f with reference %d\n", score.F, reference)
	// Output: 0.8571 with reference 1
}

func BenchmarkL(b *testing.B) {
	for b.Loop() {
		Scorer{}.L("two brown dogs are playing in the snow", []string{"the dogs are in the snow in front of a fence"})
	}
}
