// Package tables writes what systems scored as tables for documents: Markdown
// and LaTeX, with intervals and, where a report has a baseline, the differences
// from it.
package tables

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/plots/internal/metrics"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// System is a row of a table: a captioner by what its captions scored.
type System struct {
	Name   string
	Report *evaluate.Report
}

// Systems returns the rows of a report that is called name: its own behind its
// baseline's, where it has one.
func Systems(name string, r *evaluate.Report) []System {
	own := System{name, r}
	if r.Baseline == nil {
		return []System{own}
	}
	name = r.Baseline.Name
	if name == "" {
		name = "baseline"
	}
	return []System{{name, &evaluate.Report{Images: r.Images, Scores: r.Baseline.Scores}}, own}
}

// row is a line of a table with a cell for each metric; an empty cell has no
// value.
type row struct {
	name  string
	cells []cell
}

type cell struct {
	value     string
	low, high string // of the 95 % interval
	p         string
	best      bool // of the metric's scores
}

// grid is a table before it is written in one form or another.
type grid struct {
	columns     []string
	scores      []row
	differences []row
	baseline    string // of the first difference
	notes       []string
}

func newGrid(systems []System) grid {
	g := grid{notes: notes(systems)}
	seen := map[string]float64{} // the best score of each metric
	for _, s := range systems {
		for key, score := range s.Report.Scores {
			seen[key] = max(seen[key], score)
		}
	}
	keys := slices.Collect(maps.Keys(seen))
	metrics.Sort(keys)
	for _, key := range keys {
		g.columns = append(g.columns, metrics.Of(key).Label)
	}
	for _, s := range systems {
		g.scores = append(g.scores, scoresRow(s, keys, func(key string) bool {
			return len(systems) > 1 && s.Report.Scores[key] == seen[key]
		}))
		if b := s.Report.Baseline; b != nil {
			g.differences = append(g.differences, differencesRow(s.Name, b, keys))
			g.baseline = typeset.Clean(b.Name)
		}
	}
	return g
}

func scoresRow(s System, keys []string, best func(string) bool) row {
	r := row{name: typeset.Clean(s.Name)}
	for _, key := range keys {
		var c cell
		if score, ok := s.Report.Scores[key]; ok {
			c.value, c.best = number(score), best(key)
		}
		if interval, ok := s.Report.Intervals[key]; ok {
			c.low, c.high = number(interval[0]), number(interval[1])
		}
		r.cells = append(r.cells, c)
	}
	return r
}

func differencesRow(name string, b *evaluate.Comparison, keys []string) row {
	r := row{name: typeset.Clean(name)}
	for _, key := range keys {
		var c cell
		if d, ok := b.Differences[key]; ok {
			c.value = signed(d.Value)
			if d.Interval != nil && d.P != nil {
				c.low, c.high, c.p = signed(d.Interval[0]), signed(d.Interval[1]), number(*d.P)
			}
		}
		r.cells = append(r.cells, c)
	}
	return r
}

// number writes a score with three decimals.
func number(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }

// signed writes a difference with its sign, which a rounded zero has not.
func signed(v float64) string {
	if math.Abs(v) < .0005 {
		return "0.000"
	}
	return fmt.Sprintf("%+.3f", v)
}

// notes says what the numbers are of.
func notes(systems []System) []string {
	r := systems[len(systems)-1].Report
	out := []string{fmt.Sprintf("%d pictures", r.Images)}
	if r.Tokenizer != "" {
		out[0] += ", tokenizer " + r.Tokenizer
	}
	if r.Meteor != "" {
		out = append(out, r.Meteor)
	}
	if b := r.Bootstrap; b != nil {
		out = append(out, fmt.Sprintf("in brackets 95 %% intervals of %d bootstrap resamples over pictures, seed %d", b.Resamples, b.Seed))
		if r.Baseline != nil {
			out = append(out, "differences are paired, p two-sided, not corrected for the number of tests")
		}
	}
	for i := range out {
		out[i] = typeset.Clean(out[i])
	}
	return out
}

// joined ends the notes as a sentence.
func (g grid) joined() string { return strings.Join(g.notes, "; ") + "." }
