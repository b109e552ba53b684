package htmlreport

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/evaluate/grounding"
	"github.com/seetell/seetell/plots/internal/metrics"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// attentionRow says how far attention lies on what words of a kind name.
type attentionRow struct{ Label, Words, Inside, InsideInterval, Blob, Pointing, PointingInterval, Chance, Centre string }

// worthRow is a score with attention and with the same weight for all places.
type worthRow struct{ Label, Score, Uniform, Worth string }

// addAttention adds what a report says of attention, where it was measured.
func (p *page) addAttention(r *evaluate.Report) {
	if g := r.Grounding; g != nil && g.Words > 0 {
		p.addGrounding("all words that name what boxes show", g.Figures)
		for _, class := range slices.Sorted(maps.Keys(g.Classes)) {
			p.addGrounding(class, g.Classes[class])
		}
		if g.Around != nil {
			p.addGrounding("what is around the boxes", g.Around.Figures)
		}
	}
	keys := slices.Collect(maps.Keys(r.Uniform))
	metrics.Sort(keys)
	for _, key := range keys {
		p.Worth = append(p.Worth, worthRow{metrics.Of(key).Label, typeset.Score(r.Scores[key]), typeset.Score(r.Uniform[key]), fmt.Sprintf("%+.3f", r.Scores[key]-r.Uniform[key])})
	}
}

func (p *page) addGrounding(label string, f grounding.Figures) {
	times := func(v float64) string { return fmt.Sprintf("%.2f ×", v) }
	share := func(v float64) string { return fmt.Sprintf("%.2f", v) }
	p.Grounding = append(p.Grounding, attentionRow{
		typeset.Clean(label), typeset.Count(f.Words), times(f.Ratio), f.Interval("ratio"), times(f.Blob),
		share(f.Pointing), f.Interval("pointing"), share(f.Area), share(f.Centre),
	})
}
