package plots

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/picture"
)

// testReport is a report of n pictures with scores like a real captioner's:
// BLEU-4 mostly at its smoothed zero, CIDEr-D skewed. The same seed gives the
// same report.
func testReport(n int, seed uint64) *evaluate.Report {
	random := rand.New(rand.NewPCG(seed, 1))
	words := strings.Fields("a dog runs in the grass with red ball near water")
	r := &evaluate.Report{Format: 1, Images: n, Tokenizer: "ptb", Scores: map[string]float64{}, Intervals: map[string][2]float64{}}
	for i := range n {
		quality := math.Abs(random.NormFloat64()) / 3
		scores := map[string]float64{"Bleu_1": min(1, .3+quality/2), "Bleu_4": 1.2e-4, "ROUGE_L": min(1, .2+quality/2), "CIDEr": 3 * quality * quality}
		if random.Float64() < .3 {
			scores["Bleu_4"] = min(1, .15+quality/2)
		}
		caption := strings.Join(words[:4+random.IntN(6)], " ")
		r.PerImage = append(r.PerImage, evaluate.ImageScore{ID: fmt.Sprintf("picture-%03d", i), Caption: caption, Scores: scores})
	}
	for key := range r.PerImage[0].Scores {
		sum := 0.0
		for _, image := range r.PerImage {
			sum += image.Scores[key]
		}
		m := sum / float64(n)
		r.Scores[key] = m
		r.Intervals[key] = [2]float64{m * .93, m * 1.07}
	}
	r.Scores["Bleu_4"] *= 1.6 // the corpus score is not the mean
	r.Intervals["Bleu_4"] = [2]float64{r.Scores["Bleu_4"] * .9, r.Scores["Bleu_4"] * 1.1}
	r.Lengths = evaluate.Lengths{Ratio: .97, BrevityPenalty: .969, Mean: 6.5}
	return r
}

// testSystem is the system of testReport.
func testSystem(t testing.TB, name string, n int, seed uint64) *System {
	t.Helper()
	s, err := NewSystem(name, testReport(n, seed))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// withReferences adds made-up human and floor scores.
func withReferences(t testing.TB, name string, r *evaluate.Report) *System {
	t.Helper()
	times := func(by float64) map[string]float64 {
		scores := map[string]float64{}
		for key, score := range r.Scores {
			scores[key] = by * score
		}
		return scores
	}
	fewer := &evaluate.LeaveOneOut{Images: r.Images, Rounds: 1, Human: times(1.3), System: times(.9), Constant: times(.25), HumanPerImage: map[string][]float64{}}
	for _, image := range r.PerImage {
		for key, score := range image.Scores {
			fewer.HumanPerImage[key] = append(fewer.HumanPerImage[key], min(metricOf(key).High, 1.3*score))
		}
	}
	r.ReferencePoints = &evaluate.ReferencePoints{Constant: evaluate.Constant{Scores: times(.3)}, LeaveOneOut: fewer}
	s, err := NewSystem(name, r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// testPicture is a drawn scene: sky, grass and a red disc.
func testPicture(width, height int) image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			u, v := float64(x)/float64(width), float64(y)/float64(height)
			c := color.RGBA{120, uint8(170 + 60*v), 235, 255}
			if v > .6 {
				c = color.RGBA{60, uint8(130 + 60*u), 60, 255}
			}
			if math.Hypot((u-.65)*float64(width), (v-.5)*float64(height)) < .18*float64(min(width, height)) {
				c = color.RGBA{210, 50, 40, 255}
			}
			picture.SetRGBA(x, y, c)
		}
	}
	return picture
}

// testAttention looks at another place for each word of caption.
func testAttention(picture image.Image, caption string, grid int) *Attention {
	a := &Attention{Picture: picture, Grid: grid, LogProbability: -7.5, Finished: true}
	for i, word := range strings.Fields(caption) {
		weights, sum := make([]float64, grid*grid), 0.0
		for k := range weights {
			x := (float64(k%grid)+.5)/float64(grid) - (.5 + .35*math.Sin(1.3*float64(i)))
			y := (float64(k/grid)+.5)/float64(grid) - (.5 + .35*math.Cos(.9*float64(i)))
			weights[k] = math.Exp(-12 * (x*x + y*y))
			sum += weights[k]
		}
		for k := range weights {
			weights[k] /= sum
		}
		a.Words = append(a.Words, AttentionWord{word, 1 / float64(i+1), .4, weights})
	}
	return a
}

const testHistory = `{"epoch":1,"step":150,"loss":4.1,"validation_loss":3.9,"scores":{"Bleu_4":0.05,"CIDEr":0.12},"learning_rate":0.0003,"gradient_norm":4.1,"pictures_per_second":21.5,"data_wait":0.02,"peak_memory":2100000000,"seconds":300,"distinct":212,"dead_channels":0.02}
{"epoch":2,"step":300,"loss":3.4,"validation_loss":3.5,"scores":{"Bleu_4":0.11,"CIDEr":0.25},"learning_rate":0.0002,"gradient_norm":3.2,"pictures_per_second":22.5,"data_wait":0.01,"peak_memory":2100000000,"seconds":290,"distinct":260,"dead_channels":0.02}
{"epoch":3,"step":450,"loss":3.0,"validation_loss":3.4,"scores":{"Bleu_4":0.13,"CIDEr":0.31},"learning_rate":0.0001,"gradient_norm":2.9,"pictures_per_second":22.1,"data_wait":0.01,"peak_memory":2100000000,"seconds":291,"distinct":281,"dead_channels":0.03}
`

// testEvaluation writes an evaluation's folder and returns it.
func testEvaluation(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	report := testReport(60, 3)
	withReferences(t, "", report)
	copied := .25
	report.Captions.Copied = &copied
	report.PerImage[0].ID = hostile
	report.Data = map[string]any{"source": hostile, "split": "test"}
	if err := report.Save(filepath.Join(dir, "report.json")); err != nil {
		t.Fatal(err)
	}
	var items []GalleryItem
	for _, c := range ChooseGallery(report, 3, 1) {
		image := report.PerImage[c.Index]
		items = append(items, GalleryItem{ID: image.ID, Group: c.Group, Scores: image.Scores,
			References: []string{"a red disc " + hostile, "ein roter Kreis auf grünem Gras", "草の上の赤い円 🔴"},
			Attention:  *testAttention(testPicture(250, 150+20*c.Index%100), image.Caption, 7)})
	}
	if err := WriteGallery(filepath.Join(dir, "gallery"), items); err != nil {
		t.Fatal(err)
	}
	return dir
}

// hostile is a name that would run as a script were it not escaped.
const hostile = `<img src=x onerror="window.hacked=1">'</script><script>window.hacked=1</script>`

// testRun writes a training run's folder and returns it.
func testRun(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	writeTestFile(t, filepath.Join(dir, "history.jsonl"), testHistory)
	meta := checkpoint.Metadata{
		Model: checkpoint.DefaultConfig(), Vocabulary: []string{"<pad>", "<start>", "<end>", "<unk>", "a"},
		Tokenizer: checkpoint.WordTokenizer, Preprocessing: picture.DefaultPreprocessing(),
		Training: []byte(`{"epochs":3,"learning_rate":0.0003,"nested":{"clip":5}}`), Data: []byte(`{"fingerprint":"sha256:12ab"}`),
	}
	texts, err := meta.Texts()
	if err != nil {
		t.Fatal(err)
	}
	if err := tensorfile.Write(filepath.Join(dir, "best.safetensors"), texts, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

func writeTestFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
