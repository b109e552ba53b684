// Package plottest makes what the tests of figures and pages draw, and compares
// what they draw with golden pictures.
package plottest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/seetell/seetell/evaluate"
)

// Report is a report of n pictures with scores like a real captioner's: BLEU-4
// mostly at its smoothed zero, CIDEr-D skewed. The same seed gives the same
// report.
func Report(n int, seed uint64) *evaluate.Report {
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

// AddReferences adds made-up scores of people and of a constant caption.
func AddReferences(r *evaluate.Report) {
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
			highest := 1.
			if key == "CIDEr" {
				highest = 10
			}
			fewer.HumanPerImage[key] = append(fewer.HumanPerImage[key], min(highest, 1.3*score))
		}
	}
	r.ReferencePoints = &evaluate.ReferencePoints{Constant: evaluate.Constant{Scores: times(.3)}, LeaveOneOut: fewer}
}
