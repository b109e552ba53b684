package evaluate

import (
	"strings"

	"github.com/seetell/seetell/evaluate/meteor"
	"github.com/seetell/seetell/evaluate/nltk"
	"github.com/seetell/seetell/evaluate/rougescore"
)

// meteorMetric is METEOR 1.5, computed from summed statistics.
type meteorMetric struct{ scorer *meteor.Scorer }

func newMeteorMetric(scorer *meteor.Scorer) meteorMetric {
	if scorer == nil {
		scorer = meteor.New()
	}
	return meteorMetric{scorer}
}

// names tells METEOR from METEOR without its paraphrase table: the two do not
// compare.
func (m meteorMetric) names() []string {
	if m.scorer.Table() == nil {
		return []string{"METEOR_no_paraphrase"}
	}
	return []string{"METEOR"}
}

func (meteorMetric) width() int        { return len(meteor.Stats{}) }
func (meteorMetric) prepare([]picture) {}

func (m meteorMetric) measure(p *picture, row, scores []float64) {
	stats := m.scorer.Segment(p.caption.line, each(p.references, func(t text) string { return t.line }))
	scores[0] = stats.Score()
	var sum meteor.Stats
	sum.Add(&stats)
	copy(row, sum[:])
}

func (meteorMetric) total(row []float64, _ int, scores []float64) {
	stats := meteor.Stats(row)
	scores[0] = stats.Score()
}

// newNLTKMetric is NLTK's METEOR, whose score is the mean over pictures.
func newNLTKMetric() summable {
	scorer := nltk.NewMeteor()
	words := func(t text) []string { return strings.FieldsFunc(t.line, isSpace) }
	return mean{name: "METEOR_NLTK", score: func(p *picture) float64 {
		return scorer.Score(words(p.caption), each(p.references, words))
	}}
}

// rougeScoreMetric is the F of rouge-score's ROUGE-1, -2 and -L, without
// stemming, of the texts as they are given: it has a tokenizer of its own.
type rougeScoreMetric struct{}

func (rougeScoreMetric) names() []string   { return []string{"rouge1", "rouge2", "rougeL"} }
func (rougeScoreMetric) width() int        { return 3 }
func (rougeScoreMetric) prepare([]picture) {}

func (rougeScoreMetric) measure(p *picture, row, scores []float64) {
	references := each(p.references, func(t text) string { return t.raw })
	var scorer rougescore.Scorer
	one, _ := scorer.N(1, p.caption.raw, references)
	two, _ := scorer.N(2, p.caption.raw, references)
	longest, _ := scorer.L(p.caption.raw, references)
	scores[0], scores[1], scores[2] = one.F, two.F, longest.F
	copy(row, scores)
}

func (rougeScoreMetric) total(row []float64, n int, scores []float64) {
	for i, sum := range row {
		scores[i] = sum / float64(n)
	}
}
