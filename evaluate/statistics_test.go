package evaluate

import (
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// quick are metrics that take no time.
var quick = []Metric{BLEU, ROUGE, CIDEr}

func scoreOf(t *testing.T, images Images, o Options) *Report {
	t.Helper()
	r, err := Score(t.Context(), images, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestBootstrap holds the quick resampling to scoring the resampled pictures
// themselves.
func TestBootstrap(t *testing.T) {
	images, _ := goldenImages(t, "flickr8k_karpathy_init_2")
	images = images[:50]
	pictures, _, err := tokenize(images, "ptb")
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := choose(Options{Metrics: []Metric{BLEU, METEOR, ROUGE, CIDEr}})
	if err != nil {
		t.Fatal(err)
	}
	table, err := measure(t.Context(), pictures, metrics)
	if err != nil {
		t.Fatal(err)
	}
	samples, err := table.resample(t.Context(), 11, 3)
	if err != nil {
		t.Fatal(err)
	}
	for sample, scores := range samples {
		sum := make([]float64, table.width)
		for i, counts := range table.draw(sample/lanes*lanes, 3) {
			for range counts[sample%lanes] {
				for j, value := range table.row(i) {
					sum[j] += value
				}
			}
		}
		for i, want := range table.total(sum, len(images)) {
			if math.Abs(scores[i]-want) > tolerance {
				t.Errorf("resample %d: %s %v, want %v", sample, table.columns[i], scores[i], want)
			}
		}
	}
}

func TestIntervals(t *testing.T) {
	images, _ := goldenImages(t, "flickr8k_karpathy_init_2")
	o := Options{Metrics: quick, Resamples: 1000, Seed: 1}
	r, again := scoreOf(t, images, o), scoreOf(t, images, o)
	if !reflect.DeepEqual(r.Intervals, again.Intervals) {
		t.Error("the same seed gives other intervals")
	}
	for name, score := range r.Scores {
		// Of a mean, the interval is near 1.96 standard errors; BLEU is no mean.
		enclosing := r.Intervals[name]
		if enclosing[0] >= score || enclosing[1] <= score {
			t.Errorf("%s %v outside %v", name, score, enclosing)
		}
	}
	half := (r.Intervals["CIDEr"][1] - r.Intervals["CIDEr"][0]) / 2
	if want := 1.96 * standardError(r, "CIDEr"); math.Abs(half/want-1) > 0.1 {
		t.Errorf("half the interval is %v, and 1.96 standard errors are %v", half, want)
	}
}

func standardError(r *Report, name string) float64 {
	var sum float64
	for _, image := range r.PerImage {
		sum += math.Pow(image.Scores[name]-r.Scores[name], 2)
	}
	n := float64(len(r.PerImage))
	return math.Sqrt(sum / (n - 1) / n)
}

func TestBaseline(t *testing.T) {
	images, _ := goldenImages(t, "flickr8k_karpathy_init_2")
	others, _ := goldenImages(t, "flickr8k_karpathy_human_1")
	captions := func(images Images) map[string]string {
		texts := map[string]string{}
		for _, image := range images {
			texts[image.ID] = image.Caption
		}
		return texts
	}
	for _, test := range []struct {
		name     string
		baseline Images
		low, p   float64
	}{
		{"itself", images, 0, 1},
		{"people", others, -math.MaxFloat64, 2.0 / 101},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := scoreOf(t, images, Options{Metrics: quick, Resamples: 100, Baseline: captions(test.baseline)})
			want := scoreOf(t, test.baseline, Options{Metrics: quick})
			if difference(t, r.Baseline.Scores, want.Scores) > tolerance {
				t.Errorf("baseline %v, want %v", r.Baseline.Scores, want.Scores)
			}
			for name, d := range r.Baseline.Differences {
				if math.Abs(*d.P-test.p) > tolerance || d.Interval[0] < test.low || d.Interval[0] > d.Value {
					t.Errorf("%s: %v in %v, p %v", name, d.Value, *d.Interval, *d.P)
				}
			}
		})
	}
}

func TestReferencePoints(t *testing.T) {
	images := Images{
		{"1", "a dog runs", []string{"a dog runs", "a dog runs"}},
		{"2", "a cat sits", []string{"a cat sits", "a cat sits"}},
		{"3", "a dog runs", []string{"a dog runs", "a dog runs"}},
	}
	r := scoreOf(t, images, Options{Metrics: quick, Reference: true, TrainingCaptions: []string{"A cat sits."}})
	points := r.ReferencePoints
	if points.Constant.Captions["ROUGE_L"] != "a dog runs" {
		t.Errorf("constant %q", points.Constant.Captions["ROUGE_L"])
	}
	// ROUGE-L of "a dog runs" for "a cat sits" is 1/3.
	for _, test := range []struct {
		name      string
		got, want float64
	}{
		{"constant", points.Constant.Scores["ROUGE_L"], (1 + 1 + 1.0/3) / 3},
		{"human", points.LeaveOneOut.Human["ROUGE_L"], 1},
		{"people's captions", float64(len(points.LeaveOneOut.HumanPerImage["ROUGE_L"])), 6},
		{"the last of them", points.LeaveOneOut.HumanPerImage["ROUGE_L"][5], 1},
		{"system", points.LeaveOneOut.System["ROUGE_L"], 1},
		{"constant of one fewer", points.LeaveOneOut.Constant["ROUGE_L"], (1 + 1 + 1.0/3) / 3},
		{"rounds", float64(points.LeaveOneOut.Rounds), 2},
		{"pictures", float64(points.LeaveOneOut.Images), 3},
		{"distinct", r.Captions.Distinct, 2.0 / 3},
		{"vocabulary", float64(r.Captions.Vocabulary), 5},
		{"copied", *r.Captions.Copied, 1.0 / 3},
		{"mean length", r.Lengths.Mean, 3},
	} {
		if math.Abs(test.got-test.want) > tolerance {
			t.Errorf("%s: %v, want %v", test.name, test.got, test.want)
		}
	}
}

func TestDerangement(t *testing.T) {
	for _, n := range []int{2, 3, 100} {
		for i, j := range derangement(n, 5) {
			if i == j {
				t.Errorf("%d of %d keeps its place", i, n)
			}
		}
	}
}

func TestReportFile(t *testing.T) {
	r := scoreOf(t, Images{{"1", "", []string{"a dog"}}, {"2", "a <b> cat", []string{"a cat"}}}, Options{Resamples: 10})
	if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "1 of 2 captions are empty") {
		t.Errorf("warnings %q", r.Warnings)
	}
	path := filepath.Join(t.TempDir(), "report.json")
	if err := r.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(r, back) {
		t.Errorf("%+v, want %+v", back, r)
	}
	r.Format = 2
	if err := r.Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "report.json: report of format 2") {
		t.Errorf("format 2: %v", err)
	}
}

func TestScoreErrors(t *testing.T) {
	one := Images{{"1", "a", []string{"a"}}}
	for _, test := range []struct {
		name   string
		images Images
		o      Options
		want   string
	}{
		{"nothing", nil, Options{}, "no pictures"},
		{"twice", append(one, one...), Options{}, `picture "1" stands twice`},
		{"no reference", Images{{ID: "7"}}, Options{}, `picture "7" has no reference`},
		{"metric", one, Options{Metrics: []Metric{{Name: "spice"}}}, `the metric "spice" has no name or no score`},
		{"twice", one, Options{Metrics: []Metric{BLEU, BLEU}}, "two metrics are named Bleu_1"},
		{"tokenizer", one, Options{Tokenizer: "x"}, `no tokenizer "x"`},
		{"baseline", one, Options{Baseline: map[string]string{}}, `no caption for picture "1"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Score(t.Context(), test.images, test.o); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

// TestWords: lower case, punctuation taken out of words, and split by spaces.
func TestWords(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"A man's dog, in a T-shirt .", "a mans dog in a tshirt"},
		{" Two  dogs ", "two dogs"},
		{"...", ""},
	} {
		if got := wordsOf(test.text); got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

// TestOrder: intervals, reference points and all else that is drawn do not depend
// on the order in which files tell of pictures.
func TestOrder(t *testing.T) {
	images, _ := goldenImages(t, "flickr8k_karpathy_init_2")
	images = images[:60]
	turned := slices.Clone(images)
	slices.Reverse(turned)
	o := Options{Metrics: quick, Resamples: 50, Seed: 1, Reference: true, Baseline: map[string]string{}}
	for i, image := range images {
		o.Baseline[image.ID] = images[(i+1)%len(images)].Caption
	}
	first, second := scoreOf(t, images, o), scoreOf(t, turned, o)
	for i := range images {
		if first.PerImage[i].ID != images[i].ID || second.PerImage[i].ID != turned[i].ID {
			t.Fatalf("pictures %q and %q stand at %d", first.PerImage[i].ID, second.PerImage[i].ID, i)
		}
	}
	slices.Reverse(second.PerImage)
	if !reflect.DeepEqual(first, second) {
		t.Errorf("in another order\n%+v\nwant\n%+v", second.Intervals, first.Intervals)
	}
}
