package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seetell/seetell/plots/internal/metrics"
	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// Scores draws each corpus score with its interval between floor and human
// captions. Metrics have scales of their own, so each is drawn in percent of
// the human score, or, where no report has that, of the largest score drawn.
// People's captions have one reference fewer; score and floor are drawn as
// they are against as many, the interval as wide in proportion.
func Scores(systems []*System) (*Figure, error) {
	b := board{systems: systems}
	t := Table{Columns: []string{"metric", "system", "score", "low", "high", "mean", "median", "zero_percent",
		"floor", "human", "score_one_fewer", "floor_one_fewer"}}
	for _, key := range metricsOf(systems) {
		row := boardRow{Metric: metricIn(systems, key)}
		for i, system := range systems {
			if s := system.series(key); s != nil {
				row.add(i, s)
				t.add(s.numbers(typeset.Clean(system.Name))...)
			}
		}
		b.rows = append(b.rows, row)
	}
	if len(b.rows) == 0 {
		return nil, fmt.Errorf("no report has a score")
	}
	b.prepare()
	return &Figure{
		Name: "scores", Title: "Scores of the corpus with 95 % intervals", Description: b.describe(),
		Width: figureWidth, Height: vg.Length(92 + (16+6*len(systems))*len(b.rows)),
		Table: t, draw: b.draw,
	}, nil
}

// numbers is the series' row in the table of scores.
func (s *Series) numbers(system string) []any {
	low, high, fewer, fewerFloor := "", "", "", ""
	if len(s.Interval) == 2 {
		low, high = fmt.Sprint(s.Interval[0]), fmt.Sprint(s.Interval[1])
	}
	if s.Fewer != nil {
		fewer, fewerFloor = fmt.Sprint(s.Fewer.Score), fmt.Sprint(s.Fewer.Floor)
	}
	zeros := 100 * newSample(s.Values, s.metric()).zeroShare()
	return []any{s.Metric, system, s.Score, low, high, metrics.Mean(s.Values), metrics.Median(s.Values), zeros,
		referenceText(s.Floor), referenceText(s.Human), fewer, fewerFloor}
}

func referenceText(r *Reference) string {
	if r == nil {
		return ""
	}
	return fmt.Sprint(r.Score)
}

// board is the figure of all scores.
type board struct {
	systems []*System
	rows    []boardRow
	human   bool // whether the rows are in percent of the human score

	left, right float64 // of the axis, in percent
}

// boardRow is one metric's scores.
type boardRow struct {
	metrics.Metric
	scores       []*Series // by system; nil where it has none
	floor, human *Reference
	unit         float64 // score that is drawn at 100 %
}

func (r *boardRow) add(system int, s *Series) {
	for len(r.scores) <= system {
		r.scores = append(r.scores, nil)
	}
	r.scores[system] = s
	if r.floor == nil {
		r.floor = s.Floor
	}
	if r.human == nil {
		r.human = s.Human
	}
}

// prepare chooses what 100 % is, and how far the axis goes: from 0, unless all
// that is drawn lies in its right half.
func (b *board) prepare() {
	b.human = true
	for _, row := range b.rows {
		b.human = b.human && row.human != nil && row.human.Score > 0 && row.compares()
	}
	b.right = 100
	for i := range b.rows {
		row := &b.rows[i]
		largest := 0.0
		for _, s := range row.scores {
			if s != nil {
				largest = max(largest, s.top()*s.comparable(b.human))
			}
		}
		row.unit = largest
		if b.human {
			row.unit = row.human.Score
		}
		if row.unit <= 0 {
			row.unit = row.High
		}
		b.right = max(b.right, 100*largest/row.unit)
	}
	if lowest := b.lowest(); lowest > 50 {
		b.left = 5 * math.Floor((lowest-1)/5)
	}
}

// lowest returns where the leftmost glyph or interval begins, in percent.
func (b *board) lowest() float64 {
	lowest := 100.
	for _, row := range b.rows {
		if floor, ok := row.comparableFloor(b.human); ok {
			lowest = min(lowest, 100*floor/row.unit)
		}
		for _, s := range row.scores {
			if s != nil {
				lowest = min(lowest, 100*s.bottom()*s.comparable(b.human)/row.unit)
			}
		}
	}
	return lowest
}

// compares reports whether every score is known as it compares with people's.
func (r *boardRow) compares() bool {
	return !slices.ContainsFunc(r.scores, func(s *Series) bool { return s != nil && s.Fewer == nil })
}

// comparable is what to multiply the score by so that it compares with people's.
func (s *Series) comparable(human bool) float64 {
	if !human || s.Fewer == nil || s.Score <= 0 {
		return 1
	}
	return s.Fewer.Score / s.Score
}

// comparableFloor is the floor as it compares with people's score.
func (r *boardRow) comparableFloor(human bool) (float64, bool) {
	if r.floor == nil {
		return 0, false
	}
	for _, s := range r.scores {
		if human && s != nil && s.Fewer != nil {
			return s.Fewer.Floor, true
		}
	}
	return r.floor.Score, true
}

// top is the upper end of the score's interval.
func (s *Series) top() float64 {
	if len(s.Interval) == 2 {
		return max(s.Score, s.Interval[1])
	}
	return s.Score
}

// bottom is the lower end of the score's interval.
func (s *Series) bottom() float64 {
	if len(s.Interval) == 2 {
		return min(s.Score, s.Interval[0])
	}
	return s.Score
}

// legend lists what the glyphs mean.
func (b *board) legend() []track {
	var tracks []track
	for i, s := range b.systems {
		tracks = append(tracks, track{name: s.Name, style: line(palette.Colour(i), 1.4), shape: diamond{}})
	}
	for _, reference := range []struct {
		of    func(boardRow) *Reference
		shape draw.GlyphDrawer
	}{
		{func(r boardRow) *Reference { return r.human }, draw.PyramidGlyph{}},
		{func(r boardRow) *Reference { return r.floor }, draw.CrossGlyph{}},
	} {
		for _, row := range b.rows {
			if r := reference.of(row); r != nil {
				tracks = append(tracks, track{name: r.Name, style: line(palette.Muted, 0), shape: reference.shape})
				break
			}
		}
	}
	return tracks
}

func (b *board) describe() string {
	if b.human {
		return "Each score in percent of the score of human captions, with its interval and the floor."
	}
	return "Each score in percent of the largest one drawn, with its interval."
}

func (b *board) draw(c draw.Canvas) {
	c = trackLegend(c, b.legend())
	p := newPanel(b.left, b.right, -.6, float64(len(b.rows))-.4)
	p.X.Label.Text = "Percent of the highest score drawn"
	if b.human {
		p.X.Label.Text = "Percent of the human score, against as many references"
	}
	p.X.Tick.Marker = ticks{Most: 7}
	var labels plot.ConstantTicks
	for i, row := range b.rows {
		labels = append(labels, plot.Tick{Value: b.line(i), Label: row.Label})
	}
	p.Y.Tick.Marker = labels
	p.Add(gridLines{})
	side := b.side()
	p.Add(boardMarks{b, side})
	p.Draw(side.beside(c))
}

// side are the scores in figures: the only system's with its interval, or a
// column for each system.
func (b *board) side() sideTable {
	if len(b.systems) == 1 {
		scores, intervals := sideColumn{head: "score"}, sideColumn{head: "95 % interval"}
		for _, row := range b.rows {
			score, interval := row.scores[0].texts()
			scores.cells, intervals.cells = append(scores.cells, score), append(intervals.cells, interval)
		}
		return sideTable{scores, intervals}
	}
	var side sideTable
	for i, system := range b.systems {
		column := sideColumn{head: system.Name, colour: palette.Colour(i)}
		for _, row := range b.rows {
			text := ""
			if i < len(row.scores) && row.scores[i] != nil {
				text, _ = row.scores[i].texts()
			}
			column.cells = append(column.cells, text)
		}
		side = append(side, column)
	}
	return side
}

// texts returns the score and its interval as a figure writes them.
func (s *Series) texts() (score, interval string) {
	if len(s.Interval) == 2 {
		interval = fmt.Sprintf("[%s, %s]", typeset.Score(s.Interval[0]), typeset.Score(s.Interval[1]))
	}
	return typeset.Score(s.Score), interval
}

// line is where row i is drawn: the first on top.
func (b *board) line(i int) float64 { return float64(len(b.rows) - 1 - i) }

type boardMarks struct {
	*board
	side sideTable
}

func (b boardMarks) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, row := range b.rows {
		at := func(v float64) vg.Length { return x(100 * v / row.unit) }
		if floor, ok := row.comparableFloor(b.human); ok {
			c.DrawGlyph(draw.GlyphStyle{Color: palette.Muted, Radius: 2.6, Shape: draw.CrossGlyph{}}, vg.Point{X: at(floor), Y: y(b.line(i))})
		}
		if row.human != nil {
			c.DrawGlyph(draw.GlyphStyle{Color: palette.Muted, Radius: 3, Shape: draw.PyramidGlyph{}}, vg.Point{X: at(row.human.Score), Y: y(b.line(i))})
		}
		for k, s := range row.scores {
			if s != nil {
				share := s.comparable(b.human)
				b.score(c, s, k, func(v float64) vg.Length { return at(v * share) }, y(b.line(i)))
			}
		}
	}
	b.side.draw(c, func(row int) vg.Length { return y(b.line(row)) })
}

// score draws one system's score in a row, systems a little apart.
func (b boardMarks) score(c draw.Canvas, s *Series, system int, at func(float64) vg.Length, y vg.Length) {
	y += vg.Length(5 * (float64(len(b.systems)-1)/2 - float64(system)))
	if len(s.Interval) == 2 {
		c.StrokeLine2(line(palette.Colour(system), 1.4), at(s.Interval[0]), y, at(s.Interval[1]), y)
	}
	c.DrawGlyph(glyph(diamond{}, 2.8, system), vg.Point{X: at(s.Score), Y: y})
}
