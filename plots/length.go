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

// lengthGroup is the pictures whose captions have Words words.
type lengthGroup struct {
	Words  int
	Values []float64 // ascending
}

// groupByLength sorts a metric's values by the length of the caption; those
// longer than tail count as tail.
func groupByLength(words []int, values []float64, tail int) []lengthGroup {
	at := map[int][]float64{}
	for i, n := range words {
		n = min(n, tail)
		at[n] = append(at[n], values[i])
	}
	var groups []lengthGroup
	for n, values := range at {
		slices.Sort(values)
		groups = append(groups, lengthGroup{n, values})
	}
	slices.SortFunc(groups, func(a, b lengthGroup) int { return a.Words - b.Words })
	return groups
}

// longTail returns the length from which on the longest captions are drawn
// together: the longest one that a hundredth of the captions reach.
func longTail(systems []*System) int {
	var words []int
	for _, system := range systems {
		words = append(words, system.Words...)
	}
	slices.Sort(words)
	return words[len(words)-1-(len(words)-1)/100]
}

// Length draws the metric against the number of words in the caption: of each
// length the mean with twice its standard error, of a single system also the
// quartiles and the number of pictures.
func Length(systems []*System, metricKey string) (*Figure, error) {
	m := metricIn(systems, metricKey)
	have := slices.DeleteFunc(slices.Clone(systems), func(s *System) bool { return s.series(metricKey) == nil })
	if len(have) == 0 {
		return nil, fmt.Errorf("no report has the metric %s", metricKey)
	}
	tail := longTail(have)
	l := lengths{Metric: m, table: Table{Columns: []string{"system", "words", "pictures", "mean", "low", "high", "quartile_1", "median", "quartile_3"}}}
	for _, system := range have {
		l.names = append(l.names, system.Name)
		l.groups = append(l.groups, groupByLength(system.Words, system.series(metricKey).Values, tail))
		l.pooled = l.pooled || slices.Max(system.Words) > tail
	}
	l.prepare()
	return &Figure{
		Name: typeset.FileName(metricKey) + "-length", Title: m.Label + " by length of the caption",
		Description: fmt.Sprintf("Mean %s of the captions of each length, from %d to %d words.", m.Label, l.shortest, l.longest),
		Width:       figureWidth, Height: 3 * vg.Inch,
		Table: l.table, draw: l.draw,
	}, nil
}

// lengths is the figure of a metric by caption length.
type lengths struct {
	metrics.Metric
	names             []string
	groups            [][]lengthGroup // of each system
	shortest, longest int
	pooled            bool // whether longest stands for longer ones too
	top               float64
	table             Table
}

func (l *lengths) prepare() {
	l.shortest = math.MaxInt
	largest := 0.0
	for i, groups := range l.groups {
		l.shortest = min(l.shortest, groups[0].Words)
		l.longest = max(l.longest, groups[len(groups)-1].Words)
		for _, g := range groups {
			low, high := g.interval(l.High)
			largest = max(largest, high)
			if len(l.groups) == 1 {
				largest = max(largest, metrics.Quantile(g.Values, .75))
			}
			l.table.add(typeset.Clean(l.names[i]), g.Words, len(g.Values), metrics.Mean(g.Values), low, high,
				metrics.Quantile(g.Values, .25), metrics.Quantile(g.Values, .5), metrics.Quantile(g.Values, .75))
		}
	}
	l.top = rightEdge(largest, l.High)
}

// interval is the mean with twice its standard error, within the metric's
// bounds.
func (g lengthGroup) interval(high float64) (float64, float64) {
	m, e := metrics.Mean(g.Values), 2*metrics.Deviation(g.Values)/math.Sqrt(float64(len(g.Values)))
	return max(0, m-e), min(high, m+e)
}

func (l *lengths) draw(c draw.Canvas) {
	c = header(c, l.header())
	p := newPanel(float64(l.shortest)-.7, float64(l.longest)+.7, 0, l.top)
	p.X.Label.Text = "Words in the caption"
	if l.pooled {
		p.X.Label.Text = fmt.Sprintf("Words in the caption (%d and more together)", l.longest)
	}
	p.X.Tick.Marker = ticks{Whole: true, Most: 16}
	p.Y.Tick.Marker = ticks{Most: 6}
	p.Add(gridLines{})
	for i := range l.groups {
		p.Add(lengthMarks{l, i})
	}
	p.Add(baseLine{})
	if len(l.groups) > 1 {
		c = legend(c, l.names)
	} else {
		c = draw.Crop(c, 0, 0, 0, -smallSize-4)
	}
	p.Draw(c)
}

func (l *lengths) header() string {
	if len(l.groups) > 1 {
		return l.Label + ": mean ± 2 standard errors"
	}
	return l.Label + ": mean ± 2 standard errors, box from quartile to quartile, number of pictures above"
}

// lengthMarks draws one system's means, joined, and its boxes.
type lengthMarks struct {
	*lengths
	system int
}

func (l lengthMarks) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	alone := len(l.groups) == 1
	shift := .16 * (float64(l.system) - float64(len(l.groups)-1)/2)
	style := systemLine(l.system)
	var means []vg.Point
	for _, g := range l.lengths.groups[l.system] {
		at := float64(g.Words) + shift
		if alone {
			l.box(c, g, x(at-.3), x(at+.3), y)
			counts := aligned(sans(smallSize-1.5, palette.Muted), draw.XCenter, draw.YBottom)
			if l.longest-l.shortest < 40 {
				c.FillText(counts, vg.Point{X: x(at), Y: c.Max.Y + 3}, typeset.Count(len(g.Values)))
			}
		}
		low, high := g.interval(l.High)
		c.StrokeLine2(line(palette.Colour(l.system), 1), x(at), y(low), x(at), y(high))
		means = append(means, vg.Point{X: x(at), Y: y(metrics.Mean(g.Values))})
	}
	style.Width = 1
	c.StrokeLines(style, means)
	for _, at := range means {
		c.DrawGlyph(glyph(draw.CircleGlyph{}, 2.2, l.system), at)
	}
}

// box draws the quartiles of a group.
func (l lengthMarks) box(c draw.Canvas, g lengthGroup, left, right vg.Length, y func(float64) vg.Length) {
	low, high := y(metrics.Quantile(g.Values, .25)), y(metrics.Quantile(g.Values, .75))
	c.FillPolygon(palette.Tint(palette.Colour(l.system), .22), []vg.Point{{X: left, Y: low}, {X: left, Y: high}, {X: right, Y: high}, {X: right, Y: low}})
	middle := y(metrics.Quantile(g.Values, .5))
	c.StrokeLine2(line(palette.Tint(palette.Colour(l.system), .6), 1.2), left, middle, right, middle)
}
