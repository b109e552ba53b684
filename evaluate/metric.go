package evaluate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seetell/seetell/evaluate/bleu"
	"github.com/seetell/seetell/evaluate/cider"
	"github.com/seetell/seetell/evaluate/rouge"
)

// metric computes scores from statistics that can be summed over pictures,
// so that a resample of the pictures is scored without scoring captions.
type metric interface {
	// names are the keys of the scores, as pycocoevalcap has them.
	names() []string
	// width is the number of statistics of a picture.
	width() int
	// prepare sees all pictures once, before measure.
	prepare(pictures []picture)
	// measure writes the statistics of p's caption into row and its scores
	// into scores. Many goroutines call it at once.
	measure(p *picture, row, scores []float64)
	// total writes the scores of n pictures whose statistics sum to row.
	total(row []float64, n int, scores []float64)
}

// MetricNames are what Options.Metrics may name.
var MetricNames = []string{"bleu", "meteor", "rouge", "cider", "meteor-nltk", "rouge-score"}

// DefaultMetrics are those of an Options that names none.
var DefaultMetrics = []string{"bleu", "meteor", "rouge", "cider"}

// choose returns the metrics that o names.
func choose(o Options) ([]metric, error) {
	wanted := o.Metrics
	if len(wanted) == 0 {
		wanted = DefaultMetrics
	}
	for _, name := range wanted {
		if !slices.Contains(MetricNames, name) {
			return nil, fmt.Errorf("no metric %q: there are %s", name, strings.Join(MetricNames, ", "))
		}
	}
	var metrics []metric
	for _, name := range MetricNames {
		if slices.Contains(wanted, name) {
			metrics = append(metrics, newMetric(name, o))
		}
	}
	return addTo(metrics, o.Added)
}

func newMetric(name string, o Options) metric {
	switch name {
	case "bleu":
		return bleuMetric{}
	case "meteor":
		return newMeteorMetric(o.Meteor)
	case "rouge":
		return mean{name: "ROUGE_L", score: func(p *picture) float64 { return rouge.L(p.caption.parts, p.parts()) }}
	case "cider":
		return &ciderMetric{}
	case "meteor-nltk":
		return newNLTKMetric()
	default:
		return rougeScoreMetric{}
	}
}

// mean is a metric whose score is the mean of the pictures' scores.
type mean struct {
	name  string
	score func(p *picture) float64
}

func (m mean) names() []string   { return []string{m.name} }
func (m mean) width() int        { return 1 }
func (m mean) prepare([]picture) {}

func (m mean) measure(p *picture, row, scores []float64) {
	scores[0] = m.score(p)
	row[0] = scores[0]
}

func (m mean) total(row []float64, n int, scores []float64) { scores[0] = row[0] / float64(n) }

// ciderMetric is CIDEr-D with the document frequencies of the pictures it
// was prepared with.
type ciderMetric struct {
	mean
	corpus *cider.Corpus[int32]
}

func (m *ciderMetric) prepare(pictures []picture) {
	m.corpus = cider.NewCorpus[int32]()
	for i := range pictures {
		m.corpus.Add(pictures[i].words())
	}
	m.mean = mean{name: "CIDEr", score: func(p *picture) float64 { return m.corpus.Score(p.caption.words, p.words()) }}
}

func (m *ciderMetric) names() []string { return []string{"CIDEr"} }

// bleuMetric is BLEU-1 to 4, computed from summed counts.
type bleuMetric struct{}

func (bleuMetric) names() []string   { return []string{"Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4"} }
func (bleuMetric) width() int        { return 2*bleu.MaxOrder + 2 }
func (bleuMetric) prepare([]picture) {}

func (bleuMetric) measure(p *picture, row, scores []float64) {
	stats := bleu.Sentence(p.caption.words, p.words())
	for n := range bleu.MaxOrder {
		row[n], row[bleu.MaxOrder+n] = float64(stats.Correct[n]), float64(stats.Guess[n])
	}
	row[2*bleu.MaxOrder], row[2*bleu.MaxOrder+1] = float64(stats.Length), float64(stats.Reference)
	values := stats.Scores()
	copy(scores, values[:])
}

func (bleuMetric) total(row []float64, _ int, scores []float64) {
	values := bleuStats(row).Scores()
	copy(scores, values[:])
}

// bleuStats reads the counts that measure wrote.
func bleuStats(row []float64) bleu.Stats {
	var stats bleu.Stats
	for n := range bleu.MaxOrder {
		stats.Correct[n], stats.Guess[n] = int(row[n]), int(row[bleu.MaxOrder+n])
	}
	stats.Length, stats.Reference = int(row[2*bleu.MaxOrder]), int(row[2*bleu.MaxOrder+1])
	return stats
}
