package evaluate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seetell/seetell/evaluate/bleu"
	"github.com/seetell/seetell/evaluate/cider"
	"github.com/seetell/seetell/evaluate/rouge"
)

// Metric is a score of captions against their references, with what people and
// figures need to know of it. BLEU, METEOR, ROUGE, CIDEr and the like are this
// package's; one of your own has a name and a Score. A corpus then scores the
// mean of its pictures, with the intervals, baselines and reference points that
// the others have.
type Metric struct {
	Name    string  // the score's key in reports
	Label   string  // what people read, by default the name
	Maximum float64 // the best score there is, 0 where there is no end; the least is 0
	Costly  bool    // scoring takes long, so the floor is sought with the others
	// Score is called by many goroutines at once, with the tokens of the
	// caption and of each reference.
	Score func(caption []string, references [][]string) float64

	// open makes one of this package's, which may have several scores, and
	// statistics that are more than those.
	open func(o Options) summable
}

// The metrics of pycocoevalcap, and two of other packages under names of their
// own. Their names are what Named takes.
var (
	BLEU       = Metric{Name: "bleu", Label: "BLEU", Maximum: 1, open: func(Options) summable { return bleuMetric{} }} // BLEU-1 to 4
	METEOR     = Metric{Name: "meteor", Label: "METEOR", Maximum: 1, Costly: true, open: func(o Options) summable { return newMeteorMetric(o.Meteor) }}
	ROUGE      = Metric{Name: "rouge", Label: "ROUGE-L", Maximum: 1, open: func(Options) summable { return rougeMetric }}
	CIDEr      = Metric{Name: "cider", Label: "CIDEr-D", Maximum: 10, open: func(Options) summable { return &ciderMetric{} }}
	NLTKMeteor = Metric{Name: "meteor-nltk", Label: "METEOR NLTK", Maximum: 1, open: func(Options) summable { return newNLTKMetric() }}
	RougeScore = Metric{Name: "rouge-score", Label: "rouge-score", Maximum: 1, Costly: true, open: func(Options) summable { return rougeScoreMetric{} }}
)

// known are the metrics that Named knows, in the order of reports.
var known = []Metric{BLEU, METEOR, ROUGE, CIDEr, NLTKMeteor, RougeScore}

// MetricNames returns the names that Named takes.
func MetricNames() (names []string) {
	for _, m := range known {
		names = append(names, m.Name)
	}
	return names
}

// DefaultMetrics returns the metrics of an Options that has none: BLEU, METEOR,
// ROUGE-L and CIDEr-D.
func DefaultMetrics() []Metric { return []Metric{BLEU, METEOR, ROUGE, CIDEr} }

// Named returns this package's metrics of the names given, each once.
func Named(names ...string) (metrics []Metric, err error) {
	for _, name := range names {
		if !slices.Contains(MetricNames(), name) {
			return nil, fmt.Errorf("no metric %q: there are %s", name, strings.Join(MetricNames(), ", "))
		}
	}
	for _, m := range known {
		if slices.Contains(names, m.Name) {
			metrics = append(metrics, m)
		}
	}
	return metrics, nil
}

// Scale is how a score is shown.
type Scale struct {
	Label   string  `json:"label"`
	Maximum float64 `json:"maximum,omitempty"` // the best score there is, 0 where there is no end
}

// summable computes scores from statistics that can be summed over pictures,
// so that a resample of the pictures is scored without scoring captions.
type summable interface {
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

// measured is a Metric that scores.
type measured struct {
	Metric
	summable
}

// choose returns the metrics of o, no two with one score's name.
func choose(o Options) (metrics []measured, err error) {
	asked := o.Metrics
	if len(asked) == 0 {
		asked = DefaultMetrics()
	}
	var names []string
	for _, m := range asked {
		if m.open == nil && (m.Name == "" || m.Score == nil) {
			return nil, fmt.Errorf("the metric %q has no name or no score", m.Name)
		}
		one := m.measured(o)
		for _, name := range one.names() {
			if slices.Contains(names, name) {
				return nil, fmt.Errorf("two metrics are named %s", name)
			}
			names = append(names, name)
		}
		metrics = append(metrics, one)
	}
	return metrics, nil
}

// measured returns the metric as o has it.
func (m Metric) measured(o Options) measured {
	if m.open != nil {
		return measured{m, m.open(o)}
	}
	return measured{m, mean{name: m.Name, score: m.of}}
}

// of scores a tokenized picture.
func (m Metric) of(p *picture) float64 {
	words := func(t text) []string { return strings.FieldsFunc(t.line, isSpace) }
	return m.Score(words(p.caption), each(p.references, words))
}

// scales says of the metrics from outside how they are shown.
func scales(metrics []measured) map[string]Scale {
	var all map[string]Scale
	for _, m := range metrics {
		if m.open != nil {
			continue
		}
		if all == nil {
			all = map[string]Scale{}
		}
		all[m.Name] = Scale{cmp.Or(m.Label, m.Name), m.Maximum}
	}
	return all
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

var rougeMetric = mean{name: "ROUGE_L", score: func(p *picture) float64 { return rouge.L(p.caption.parts, p.parts()) }}

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
