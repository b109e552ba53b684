package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seetell/seetell/plots/internal/metrics"
	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// Kind says what a distribution is drawn as.
type Kind int

// The kinds of distribution.
const (
	Histogram Kind = iota
	Density
	HistogramAndDensity
)

func (k Kind) name() string {
	return [...]string{"histogram", "density", "distribution"}[k]
}

// Width and height of a figure that spans a page's text.
const (
	figureWidth  = 6 * vg.Inch
	figureHeight = 3.4 * vg.Inch
)

// distribution is one metric over the pictures of one or several systems.
type distribution struct {
	metrics.Metric
	kind    Kind
	systems []distributed
	human   *distributed
	floor   *Reference
	// humanMark is people's corpus score; human above also their distribution.
	humanMark *Reference
	right     float64 // end of the axis
	width     float64 // of a bin
}

// distributed is one system's part of a distribution.
type distributed struct {
	name   string
	series *Series
	sample sample
	bins   histogram
	curve  density
	smooth bool // whether curve is known
	line   func() (x, y []float64)
}

// Distribution draws how the metric is spread over the pictures of each system
// that has it: in percent of the pictures, those at exactly zero as bars of
// their own at the left and histogram, density or both over the rest. The
// corpus score with its interval, mean and median stand below, with the floor
// and people's captions, as far as they are known, of the first system.
func Distribution(systems []*System, metricKey string, kind Kind) (*Figure, error) {
	d := distribution{Metric: metricIn(systems, metricKey), kind: kind}
	images := []string{}
	for _, system := range systems {
		series := system.series(metricKey)
		if series == nil {
			continue
		}
		d.systems = append(d.systems, distributed{name: typeset.Clean(system.Name), series: series})
		images = append(images, typeset.Count(system.Images))
		if len(d.systems) == 1 {
			d.floor = series.Floor
			if h := series.Human; h != nil {
				d.humanMark = h
			}
			if h := series.Human; h != nil && len(h.Values) > 0 {
				d.human = &distributed{name: h.Name, series: &Series{Values: h.Values, Score: h.Score}}
			}
		}
	}
	if len(d.systems) == 0 {
		return nil, fmt.Errorf("no report has the metric %s", metricKey)
	}
	d.prepare()
	f := &Figure{
		Name:  typeset.FileName(metricKey) + "-" + kind.name(),
		Title: fmt.Sprintf("%s over %s", d.Label, plural(images, "picture")),
		Width: figureWidth, Height: figureHeight + vg.Length(max(0, len(d.marks())-5))*markHeight,
		Table: d.numbers(),
		draw:  d.draw,
	}
	f.Description = d.describe()
	return f, nil
}

// plural names the distinct counts: "1 picture", "1,000 pictures",
// "1,000 and 500 pictures".
func plural(counts []string, thing string) string {
	if len(counts) > 1 {
		same := true
		for _, c := range counts {
			same = same && c == counts[0]
		}
		if same {
			counts = counts[:1]
		}
	}
	if len(counts) == 1 && counts[0] == "1" {
		return "1 " + thing
	}
	return strings.Join(counts, ", ") + " " + thing + "s"
}

// prepare chooses axis and bins by all systems together, then counts.
func (d *distribution) prepare() {
	largest, most := 0.0, 0.0
	all := d.parts()
	for _, part := range all {
		part.sample = newSample(part.series.Values, d.Metric)
		if n := len(part.sample.Rest); n > 0 {
			largest, most = max(largest, part.sample.Rest[n-1]), max(most, metrics.Quantile(part.sample.Rest, 1-tailShare))
		}
	}
	for _, m := range d.marks() {
		largest, most = max(largest, m.x, m.high), max(most, m.x, m.high)
	}
	d.right = rightEdge(largest, d.High)
	if nearer := rightEdge(most, d.High); nearer <= d.right*2/3 {
		d.right = nearer
	}
	d.width = binWidth(all[0].sample.Rest, d.right)
	for _, part := range all {
		part.bins = newHistogram(part.sample.Rest, d.width, max(d.right, d.width*math.Ceil(largest/d.width)))
		part.curve, part.smooth = newDensity(part.sample.Rest, d.High)
		part.line = sync.OnceValues(func() (x, y []float64) { return d.scaledCurve(part) })
	}
}

// tailShare is the largest share of pictures that the axis may end before,
// where it would have to be half as long again to show them.
const tailShare = .01

// beyond says how many pictures score more than the axis shows, if any do.
func (d *distribution) beyond() string {
	largest := 0.0
	for _, part := range d.parts() {
		at, _ := slices.BinarySearch(part.sample.Rest, d.right)
		largest = max(largest, part.percent(float64(len(part.sample.Rest)-at)))
	}
	if largest == 0 || d.right >= d.High {
		return ""
	}
	return fmt.Sprintf("beyond %s: %s %% at most", shortNumber(d.right), typeset.Number(largest, 1))
}

// scaled says that the curves are lower than their scale, if they are.
func (d *distribution) scaled() string {
	if by := d.curveScale(); by < 1 {
		return fmt.Sprintf("curves × %.2g", by)
	}
	return ""
}

func isEmpty(text string) bool { return text == "" }

// parts lists the systems and, last, the human captions.
func (d *distribution) parts() []*distributed {
	var parts []*distributed
	for i := range d.systems {
		parts = append(parts, &d.systems[i])
	}
	if d.human != nil {
		parts = append(parts, d.human)
	}
	return parts
}

// zeros reports whether any picture scores zero.
func (d *distribution) zeros() bool {
	for _, part := range d.parts() {
		if part.sample.Zeros > 0 {
			return true
		}
	}
	return false
}

// percent turns a count of a part's pictures into percent of them.
func (p *distributed) percent(n float64) float64 { return 100 * n / float64(len(p.sample.All)) }

// highest returns the highest bar and the highest point of a curve, in percent of
// the pictures.
func (d *distribution) highest() (bars, curves float64) {
	for _, part := range d.parts() {
		if part != d.human && (d.kind != Density || !part.smooth) {
			bars = max(bars, part.percent(float64(part.bins.highest())))
		}
		if d.curved(part) {
			_, y := part.line()
			curves = max(curves, slices.Max(y))
		}
	}
	return bars, curves
}

// mostOverBars is how high curves may rise over bars, as a multiple of these.
const mostOverBars = 1.5

// curveScale is what the curves are multiplied by, so that their narrow peaks
// stay in the panel and the bars legible: 1, but over bars that are far lower.
func (d *distribution) curveScale() float64 {
	bars, curves := d.highest()
	if bars == 0 || curves <= mostOverBars*bars {
		return 1
	}
	return mostOverBars * bars / curves
}

// height returns where the panel ends, in percent of the pictures: above the
// highest bar and curve.
func (d *distribution) height() float64 {
	bars, curves := d.highest()
	if highest := max(bars, curves*d.curveScale()); highest > 0 {
		return highest * 1.04
	}
	return 1
}

// curved reports whether part has a curve in this figure. People's captions
// always do.
func (d *distribution) curved(part *distributed) bool {
	return part.smooth && (d.kind != Histogram || part == d.human)
}

// scaledCurve returns part's density in percent of its pictures per bin, so
// that it can be laid over the bars.
func (d *distribution) scaledCurve(part *distributed) (x, y []float64) {
	x, y = part.curve.curve(d.right, 400)
	scale := part.percent(float64(len(part.sample.Rest))) * d.width
	for i := range y {
		y[i] *= scale
	}
	return x, y
}

// markHeight is the height of a line of marks, in points.
const markHeight = 12

func (d *distribution) draw(c draw.Canvas) {
	marks := d.marks()
	strip := markHeight*float64(len(marks)) + 8
	rest, zero := c, c
	if d.zeros() {
		width := 36 + 17*vg.Length(len(d.parts()))
		rest = draw.Crop(c, width+18, 0, 0, 0)
		zero = draw.Crop(c, 0, -(c.Size().X - width), 0, 0)
	}
	note := aligned(sans(smallSize, palette.Muted), draw.XRight, draw.YTop)
	rest.FillText(note, rest.Max, strings.Join(slices.DeleteFunc([]string{d.scaled(), d.beyond()}, isEmpty), "; "))
	rest = header(rest, fmt.Sprintf("Pictures per %s (%%)", shortNumber(d.width)))
	p := d.restPanel()
	data := p.DataCanvas(rest)
	below := strip / (data.Size().Y.Points() - strip) // of the height above zero
	p.Y.Min = -p.Y.Max * below
	p.Add(marker{marks, strip})
	p.Draw(rest)
	if d.zeros() {
		zero = header(zero, "Exactly 0 (%)")
		z := d.zeroPanel()
		z.Y.Min = -100 * below
		z.Draw(level(zero, z.DataCanvas(zero).Rectangle, p.DataCanvas(rest).Rectangle))
	}
}

// header writes what the vertical axis counts over its upper end, where it
// reads without turning one's head, and returns the canvas below.
func header(c draw.Canvas, text string) draw.Canvas {
	style := aligned(sans(smallSize, palette.Muted), draw.XLeft, draw.YTop)
	c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y}, text)
	return draw.Crop(c, 0, 0, 0, -(smallSize + 10))
}

// level crops c, whose panel lies at from, so that it lies as high as to.
func level(c draw.Canvas, from, to vg.Rectangle) draw.Canvas {
	return draw.Crop(c, 0, 0, to.Min.Y-from.Min.Y, to.Max.Y-from.Max.Y)
}

// restPanel draws the pictures above zero.
func (d *distribution) restPanel() *plot.Plot {
	p := newPanel(0, d.right, 0, d.height())
	p.X.Label.Text = d.Label + " of a picture"
	if len(d.systems) == 1 && d.humanMark != nil && d.systems[0].series.Fewer != nil {
		p.X.Label.Text += "   (* against one reference fewer)"
	}
	p.Y.Tick.Marker = ticks{Count: true, Most: 6}
	p.Add(gridLines{})
	by := d.curveScale()
	for i := range d.systems {
		part, colour := &d.systems[i], palette.Colour(i)
		if d.kind != Density || !part.smooth { // without spread there is nothing to smooth
			p.Add(bars{part, colour, len(d.systems) == 1})
		}
		if d.curved(part) {
			x, y := part.line()
			p.Add(curve{x: x, y: times(y, by), style: systemLine(i), fill: d.kind == Density && len(d.systems) == 1})
		}
	}
	if d.human != nil && d.curved(d.human) {
		x, y := d.human.line()
		p.Add(curve{x: x, y: times(y, by), style: humanLine})
	}
	p.Add(baseLine{})
	return p
}

// times returns the values multiplied by a factor.
func times(values []float64, by float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = v * by
	}
	return out
}

// zeroPanel draws the share of pictures at exactly zero, in percent.
func (d *distribution) zeroPanel() *plot.Plot {
	parts := d.parts()
	p := newPanel(-.5, float64(len(parts))-.5, 0, 100)
	p.X.Tick.Marker = plot.ConstantTicks{}
	p.X.LineStyle.Width = 0
	p.Y.Tick.Marker = ticks{Count: true, Most: 5}
	p.Add(gridLines{})
	for i, part := range parts {
		p.Add(column{float64(i), 100 * part.sample.zeroShare(), palette.Colour(i), part == d.human})
	}
	p.Add(baseLine{})
	return p
}

func (d *distribution) describe() string {
	var out []string
	for _, part := range d.systems {
		text := fmt.Sprintf("%s: corpus %s, mean %s, median %s, %.1f %% of pictures at zero",
			part.name, typeset.Score(part.series.Score), typeset.Score(metrics.Mean(part.series.Values)),
			typeset.Score(metrics.Median(part.series.Values)), 100*part.sample.zeroShare())
		out = append(out, text)
	}
	return strings.Join(out, "; ") + "."
}

// numbers are those that the figure draws: the bins, or of a density alone its
// curve.
func (d *distribution) numbers() Table {
	if d.kind == Density {
		return d.curveTable()
	}
	return d.table()
}

// curveTable lists the points of each curve, the share of zeros first: how
// dense the pictures lie there, and how many percent of them in a bin's width.
// What has no curve has its bins.
func (d *distribution) curveTable() Table {
	t := Table{Columns: []string{"system", "score", "density", "percent"}}
	for _, part := range d.parts() {
		if !part.smooth {
			return d.table()
		}
		t.add(typeset.Clean(part.name), 0, "", part.percent(float64(part.sample.Zeros)))
		x, y := part.line()
		for i := range x {
			t.add(typeset.Clean(part.name), shortNumber(x[i]), fmt.Sprintf("%.6g", part.curve.at(x[i])), fmt.Sprintf("%.6g", y[i]))
		}
	}
	return t
}

// table lists, for each system, the zeros and each bin.
func (d *distribution) table() Table {
	t := Table{Columns: []string{"system", "from", "to", "pictures", "percent", "density"}}
	for _, part := range d.parts() {
		n := part.sample.Zeros
		t.add(typeset.Clean(part.name), 0, 0, n, part.percent(float64(n)), "")
		for i, n := range part.bins.Counts {
			from, density := float64(i)*d.width, ""
			if part.smooth {
				density = fmt.Sprintf("%.6g", part.curve.at(from+d.width/2))
			}
			t.add(typeset.Clean(part.name), shortNumber(from), shortNumber(from+d.width), n,
				fmt.Sprintf("%.6g", part.percent(float64(n))), density)
		}
	}
	return t
}
