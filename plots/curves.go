package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/plots/internal/metrics"
	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// track is one line over epochs.
type track struct {
	name  string
	style draw.LineStyle
	shape draw.GlyphDrawer
	x, y  []float64 // without gaps: what was not measured is left out
}

// chart is one panel of learning curves.
type chart struct {
	title string
	zero  bool    // whether the vertical axis starts at zero
	least float64 // where it ends at least
	lines []track
}

// newTrack picks one number of each epoch that has it under a key. What is not
// a number, or beyond all measure, is left out.
func newTrack(name string, run int, h *History, key string, pick func(checkpoint.Epoch) float64) track {
	t := track{name: name, style: systemLine(run), shape: draw.CircleGlyph{}}
	for _, epoch := range h.Epochs {
		if v := pick(epoch); epoch.Has(key) && math.Abs(v) < 1e30 {
			t.x, t.y = append(t.x, float64(epoch.Epoch)), append(t.y, v)
		}
	}
	return t
}

// Curves draws a run's history, or several: loss, scores by epoch, and how the
// training went. A figure that no run has numbers for is left out.
func Curves(runs []*History) []*Figure {
	var figures []*Figure
	add := func(name, title string, charts []chart) {
		if f := newCurves(name, title, runs, charts); f != nil {
			figures = append(figures, f)
		}
	}
	add("loss", "Loss by epoch", []chart{lossChart(runs)})
	add("scores-by-epoch", "Scores on the validation split by epoch", scoreCharts(runs))
	add("training", "How the training went", trainingCharts(runs))
	return figures
}

func lossChart(runs []*History) chart {
	c := chart{title: "Cross-entropy per word (nats)"}
	for i, run := range runs {
		training := newTrack("training", i, run, "loss", func(e checkpoint.Epoch) float64 {
			if e.Has("reward") {
				return math.NaN() // the loss of a self-critical epoch is of another kind
			}
			return e.Loss
		})
		validation := newTrack("validation", i, run, "validation_loss", func(e checkpoint.Epoch) float64 { return e.ValidationLoss })
		validation.shape = draw.RingGlyph{}
		if len(runs) > 1 {
			training.name, validation.name = run.Name+", training", run.Name+", validation"
		} else {
			validation.style = systemLine(1)
		}
		c.lines = append(c.lines, training, validation)
	}
	return c
}

func scoreCharts(runs []*History) []chart {
	names := map[string]bool{}
	for _, run := range runs {
		for _, epoch := range run.Epochs {
			for name := range epoch.Scores {
				names[name] = true
			}
		}
	}
	keys := make([]string, 0, len(names))
	for name := range names {
		keys = append(keys, name)
	}
	metrics.Sort(keys)
	var charts []chart
	for _, key := range keys {
		c := panelOf(metrics.Of(key).Label, runs, "scores", func(e checkpoint.Epoch) float64 {
			if v, ok := e.Scores[key]; ok {
				return v
			}
			return math.NaN()
		})
		c.zero, c.least = true, metrics.Of(key).High/50
		charts = append(charts, c)
	}
	return charts
}

func trainingCharts(runs []*History) []chart {
	charts := []chart{
		panelOf("Reward: CIDEr-D of drawn captions", runs, "reward", func(e checkpoint.Epoch) float64 { return e.Reward }),
		panelOf("Learning rate (1e-4)", runs, "learning_rate", func(e checkpoint.Epoch) float64 { return e.LearningRate * 1e4 }),
		panelOf("Gradient norm before clipping", runs, "gradient_norm", func(e checkpoint.Epoch) float64 { return e.GradientNorm }),
		panelOf("Pictures per second", runs, "pictures_per_second", func(e checkpoint.Epoch) float64 { return e.PicturesPerSecond }),
		panelOf("Time waiting for data (%)", runs, "data_wait", func(e checkpoint.Epoch) float64 { return 100 * e.DataWait }),
		panelOf("Peak memory (GB)", runs, "peak_memory", func(e checkpoint.Epoch) float64 { return float64(e.PeakMemory) / 1e9 }),
		panelOf("Distinct captions on the validation split", runs, "distinct", func(e checkpoint.Epoch) float64 { return float64(e.Distinct) }),
		panelOf("Dead channels of the encoder (%)", runs, "dead_channels", func(e checkpoint.Epoch) float64 { return 100 * e.DeadChannels }),
		panelOf("Minutes per epoch", runs, "seconds", func(e checkpoint.Epoch) float64 { return e.Seconds / 60 }),
	}
	for i := range charts {
		charts[i].zero, charts[i].least = true, .1
	}
	return charts
}

func panelOf(title string, runs []*History, key string, pick func(checkpoint.Epoch) float64) chart {
	c := chart{title: title}
	for i, run := range runs {
		c.lines = append(c.lines, newTrack(run.Name, i, run, key, pick))
	}
	return c
}

// newCurves lays charts that have any point out in two columns, or in one
// where there is but one. It returns nil where none has.
func newCurves(name, title string, runs []*History, charts []chart) *Figure {
	kept := charts[:0]
	points := 0
	for _, c := range charts {
		c.lines = slices.DeleteFunc(c.lines, func(t track) bool { return len(t.x) == 0 })
		for _, t := range c.lines {
			points += len(t.x)
		}
		if len(c.lines) > 0 {
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	f := &Figure{Name: name, Title: title, Width: figureWidth, Height: 3 * vg.Inch, Table: curvesTable(kept)}
	f.Description = fmt.Sprintf("%s: %d points in %d panels.", title, points, len(kept))
	if len(kept) > 1 {
		f.Height = vg.Length((len(kept)+1)/2)*1.55*vg.Inch + 40
	}
	f.draw = func(c draw.Canvas) { drawCharts(c, kept, runs) }
	return f
}

func curvesTable(charts []chart) Table {
	t := Table{Columns: []string{"panel", "line", "epoch", "value"}}
	for _, c := range charts {
		for _, l := range c.lines {
			for i := range l.x {
				t.add(c.title, typeset.Clean(l.name), l.x[i], l.y[i])
			}
		}
	}
	return t
}

func drawCharts(c draw.Canvas, charts []chart, runs []*History) {
	if len(charts) == 1 {
		charts[0].draw(c, true)
		return
	}
	if len(runs) > 1 {
		var names []string
		for _, run := range runs {
			names = append(names, run.Name)
		}
		c = legend(c, names)
	}
	const gap = 20
	rows := (len(charts) + 1) / 2
	width := (c.Size().X - gap) / 2
	height := (c.Size().Y - vg.Length(rows-1)*8) / vg.Length(rows)
	for i, chart := range charts {
		left := vg.Length(i%2) * (width + gap)
		top := vg.Length(i/2) * (height + 8)
		chart.draw(draw.Crop(c, left, left+width-c.Size().X, c.Size().Y-top-height, -top), false)
	}
}

func (k chart) draw(c draw.Canvas, named bool) {
	c = header(c, k.title)
	low, high := math.Inf(1), math.Inf(-1)
	first, last := math.Inf(1), math.Inf(-1)
	for _, t := range k.lines {
		for i := range t.x {
			low, high = min(low, t.y[i]), max(high, t.y[i])
			first, last = min(first, t.x[i]), max(last, t.x[i])
		}
	}
	bottom, top := span(low, max(high, k.least), k.zero)
	if first == last { // one epoch stands in the middle
		first, last = first-.5, last+.5
	}
	p := newPanel(first, last, bottom, top)
	p.Y.Padding = 6
	p.X.Tick.Marker = ticks{Whole: true, Most: 8}
	p.X.Label.Text = "Epoch"
	p.Y.Tick.Marker = ticks{Most: 5}
	p.Add(gridLines{})
	for _, t := range k.lines {
		p.Add(t)
	}
	if named {
		c = trackLegend(c, k.lines)
	}
	p.Draw(c)
}

// span returns round ends for an axis that shows low to high.
func span(low, high float64, zero bool) (float64, float64) {
	if zero {
		low = min(0, low)
	}
	if high-low < 1e-12*max(math.Abs(high), 1e-300) {
		room := max(math.Abs(high)/2, 1e-9)
		if zero && low == 0 {
			return 0, 2 * room
		}
		return low - room, high + room
	}
	step := roundUp((high - low) / 4)
	return step * math.Floor(low/step+1e-9), step * math.Ceil(high/step-1e-9)
}

func (t track) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	points := make([]vg.Point, len(t.x))
	for i := range points {
		points[i] = vg.Point{X: x(t.x[i]), Y: y(t.y[i])}
	}
	c.StrokeLines(t.style, points)
	if len(points) > 60 {
		return
	}
	for _, at := range points {
		t.dot(c, at)
	}
}

// dot marks a point; an open one hides the line below it.
func (t track) dot(c draw.Canvas, at vg.Point) {
	if _, open := t.shape.(draw.RingGlyph); open {
		c.DrawGlyph(draw.GlyphStyle{Color: palette.Paper, Radius: 2.4, Shape: draw.CircleGlyph{}}, at)
	}
	c.DrawGlyph(draw.GlyphStyle{Color: t.style.Color, Radius: 2.2, Shape: t.shape}, at)
}
