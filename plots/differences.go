package plots

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/plots/internal/metrics"
	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// Compared is a system by how it differs from a baseline.
type Compared struct {
	Name string
	*evaluate.Comparison
}

// Differences draws how far the corpus scores of systems lie from those of one
// baseline, with their paired 95 % intervals. Metrics have scales of their own,
// so each is drawn in percent of the baseline's score. Colours are those that
// Scores gives the systems behind the baseline.
func Differences(systems []Compared) (*Figure, error) {
	f := forest{systems: systems}
	var keys []string
	for _, s := range systems {
		for key := range s.Differences {
			if !slices.Contains(keys, key) && s.Scores[key] > 0 {
				keys = append(keys, key)
			}
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("nothing to draw: there is no difference from a baseline")
	}
	metrics.Sort(keys)
	f.keys = keys
	return &Figure{
		Name: "differences", Title: "Differences from " + typeset.Clean(f.baseline()) + " with paired 95 % intervals",
		Description: "How far each corpus score lies from the baseline's, in percent of that, with its interval.",
		Width:       figureWidth, Height: vg.Length(92 + (16+6*len(systems))*len(keys)),
		Table: f.numbers(), draw: f.draw,
	}, nil
}

// forest is the figure of differences: a row a metric.
type forest struct {
	systems []Compared
	keys    []string
}

func (f forest) baseline() string {
	if name := f.systems[0].Comparison.Name; name != "" {
		return name
	}
	return "the baseline"
}

// shortBaseline is the baseline's name where an axis has room for it.
func (f forest) shortBaseline() string {
	if name := typeset.Clean(f.baseline()); sans(labelSize, palette.Ink).Width(name) < figureWidth/3 {
		return name
	}
	return "the baseline"
}

func (f forest) numbers() Table {
	t := Table{Columns: []string{"metric", "system", "baseline", "baseline_score", "difference", "low", "high", "p"}}
	for _, key := range f.keys {
		for _, s := range f.systems {
			if d, ok := s.Differences[key]; ok {
				low, high, p := "", "", ""
				if d.Interval != nil && d.P != nil {
					low, high, p = fmt.Sprint(d.Interval[0]), fmt.Sprint(d.Interval[1]), fmt.Sprint(*d.P)
				}
				t.add(key, typeset.Clean(s.Name), typeset.Clean(f.baseline()), s.Scores[key], d.Value, low, high, p)
			}
		}
	}
	return t
}

// percent returns value, difference or end of an interval, in percent of the
// baseline's score.
func (s Compared) percent(key string, value float64) float64 { return 100 * value / s.Scores[key] }

// ends returns how far the axis goes to the left and right of zero.
func (f forest) ends() (left, right float64) {
	for _, key := range f.keys {
		for _, s := range f.systems {
			d := s.Differences[key]
			values := []float64{d.Value}
			if d.Interval != nil {
				values = append(values, d.Interval[0], d.Interval[1])
			}
			for _, v := range values {
				left, right = min(left, s.percent(key, v)), max(right, s.percent(key, v))
			}
		}
	}
	margin := max(.05*(right-left), .5)
	return left - margin, right + margin
}

func (f forest) draw(c draw.Canvas) {
	var tracks []track
	for i, s := range f.systems {
		tracks = append(tracks, track{name: s.Name, style: line(palette.Colour(i+1), 1.4), shape: diamond{}})
	}
	c = trackLegend(c, tracks)
	left, right := f.ends()
	p := newPanel(left, right, -.6, float64(len(f.keys))-.4)
	p.X.Label.Text = "Difference in percent of " + f.shortBaseline() + "’s score"
	p.X.Tick.Marker = ticks{Most: 7}
	var labels plot.ConstantTicks
	for i, key := range f.keys {
		labels = append(labels, plot.Tick{Value: f.line(i), Label: metrics.Of(key).Label})
	}
	p.Y.Tick.Marker = labels
	p.Add(gridLines{})
	side := f.side()
	p.Add(forestMarks{f, side})
	p.Draw(side.beside(c))
}

// line is where row i is drawn: the first on top.
func (f forest) line(i int) float64 { return float64(len(f.keys) - 1 - i) }

// side are the differences in figures: the only system's with interval and p, or
// a column for each system.
func (f forest) side() sideTable {
	if len(f.systems) > 1 {
		var side sideTable
		for i, s := range f.systems {
			column := sideColumn{head: s.Name, colour: palette.Colour(i + 1)}
			for _, key := range f.keys {
				column.cells = append(column.cells, signedScore(s.Differences[key].Value))
			}
			side = append(side, column)
		}
		return side
	}
	difference, interval, p := sideColumn{head: "difference"}, sideColumn{head: "95 % interval"}, sideColumn{head: "p"}
	for _, key := range f.keys {
		d := f.systems[0].Differences[key]
		between, chance := "", ""
		if d.Interval != nil && d.P != nil {
			between = fmt.Sprintf("[%s, %s]", signedScore(d.Interval[0]), signedScore(d.Interval[1]))
			chance = typeset.Score(*d.P)
		}
		difference.cells = append(difference.cells, signedScore(d.Value))
		interval.cells, p.cells = append(interval.cells, between), append(p.cells, chance)
	}
	return sideTable{difference, interval, p}
}

// signedScore writes a difference of scores with its sign.
func signedScore(v float64) string {
	text := typeset.Score(v)
	if v > 0 && strings.Trim(text, "0.") != "" {
		return "+" + text
	}
	return text
}

type forestMarks struct {
	forest
	side sideTable
}

func (f forestMarks) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	c.StrokeLine2(line(palette.Ink, .6), x(0), c.Min.Y, x(0), c.Max.Y)
	for i, key := range f.keys {
		for k, s := range f.systems {
			d, ok := s.Differences[key]
			if !ok {
				continue
			}
			at := y(f.line(i)) + vg.Length(5*(float64(len(f.systems)-1)/2-float64(k)))
			if d.Interval != nil {
				c.StrokeLine2(line(palette.Colour(k+1), 1.4), x(s.percent(key, d.Interval[0])), at, x(s.percent(key, d.Interval[1])), at)
			}
			c.DrawGlyph(glyph(diamond{}, 2.8, k+1), vg.Point{X: x(s.percent(key, d.Value)), Y: at})
		}
	}
	f.side.draw(c, func(row int) vg.Length { return y(f.line(row)) })
}
