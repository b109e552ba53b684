package plots

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seetell/seetell/evaluate/grounding"
	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// mostClasses is how many kinds of things the figure of attention tells apart.
const mostClasses = 12

// Grounding draws whether attention lies on what words name, of all words and of
// the kinds that most words name: how often the place attended to most is inside
// (pointing), beside chance and the picture's centre, and how much of attention
// is, in times of chance, beside a fixed blob in the middle. It is nil where no
// system was measured so.
func Grounding(systems []*System) *Figure {
	systems = slices.DeleteFunc(slices.Clone(systems), func(s *System) bool { return s.Grounding == nil || s.Grounding.Words == 0 })
	if len(systems) == 0 {
		return nil
	}
	b := groundingBoard{systems: systems, rows: groundingRows(systems)}
	t := Table{Columns: []string{"words_for", "system", "words", "ratio", "ratio_low", "ratio_high", "blob",
		"pointing", "pointing_low", "pointing_high", "chance", "centre"}}
	for _, row := range b.rows {
		for i, f := range row.figures {
			if f != nil {
				ratio, pointing := f.Intervals["ratio"], f.Intervals["pointing"]
				t.add(row.class, typeset.Clean(systems[i].Name), f.Words, f.Ratio, ratio[0], ratio[1], f.Blob,
					f.Pointing, pointing[0], pointing[1], f.Area, f.Centre)
			}
		}
	}
	return &Figure{
		Name: "attention", Title: "Attention on what words name, with 95 % intervals",
		Description: "For all words that name what boxes show, and by kind: how often the place attended to most is inside, beside chance and the picture's centre; and the share of attention inside, in times of chance, beside a fixed blob in the middle.",
		Width:       figureWidth, Height: vg.Length(92 + (16+6*len(systems))*len(b.rows)),
		Table: t, draw: b.draw,
	}
}

// groundingRow is what the systems have for one kind of words.
type groundingRow struct {
	class   string
	words   int                  // of the first system that has them
	figures []*grounding.Figures // by system; nil where it has none
}

// groundingRows are all words, then the kinds in the order of how many words of
// the first system that has them are of it.
func groundingRows(systems []*System) []groundingRow {
	all := groundingRow{class: "all"}
	words := map[string]int{}
	for _, s := range systems {
		all.figures = append(all.figures, &s.Grounding.Figures)
		for class, f := range s.Grounding.Classes {
			words[class] = max(words[class], f.Words)
		}
	}
	var classes []string
	for class := range words {
		classes = append(classes, class)
	}
	slices.SortFunc(classes, func(a, b string) int { return cmp.Or(cmp.Compare(words[b], words[a]), cmp.Compare(a, b)) })
	rows := []groundingRow{all}
	for _, class := range classes[:min(len(classes), mostClasses)] {
		row := groundingRow{class: typeset.Clean(class), figures: make([]*grounding.Figures, len(systems))}
		for i, s := range systems {
			if f, ok := s.Grounding.Classes[class]; ok {
				row.figures[i] = &f
			}
		}
		rows = append(rows, row)
	}
	for i := range rows {
		for _, f := range rows[i].figures {
			if f != nil {
				rows[i].words = f.Words
				break
			}
		}
	}
	return rows
}

// groundingBoard is the figure: two panels beside each other that share rows.
type groundingBoard struct {
	systems []*System
	rows    []groundingRow
}

// groundingPanel is one of the two: which number it shows, and beside which.
type groundingPanel struct {
	*groundingBoard
	interval string
	value    func(*grounding.Figures) float64
	beside   []besideMark
	one      bool // whether chance is a line at 1
}

// besideMark is what to compare with, of the first system that has it.
type besideMark struct {
	shape draw.GlyphDrawer
	value func(*grounding.Figures) float64
}

func (b *groundingBoard) draw(c draw.Canvas) {
	c = trackLegend(c, b.legend())
	pointing := groundingPanel{b, "pointing", func(f *grounding.Figures) float64 { return f.Pointing }, []besideMark{
		{draw.CrossGlyph{}, func(f *grounding.Figures) float64 { return f.Area }},
		{draw.PyramidGlyph{}, func(f *grounding.Figures) float64 { return f.Centre }},
	}, false}
	ratio := groundingPanel{b, "ratio", func(f *grounding.Figures) float64 { return f.Ratio }, []besideMark{
		{draw.PyramidGlyph{}, func(f *grounding.Figures) float64 { return f.Blob }},
	}, true}
	const gap, labels = 18, 90
	half := (c.Size().X - labels - gap) / 2
	left, right := draw.Crop(c, 0, -half-gap, 0, 0), draw.Crop(c, labels+half+gap, 0, 0, 0)
	pointing.panel("Most attended place inside, share of words", 1, true).Draw(left)
	ratio.panel("Attention inside, times chance", ratio.most(), false).Draw(right)
}

func (b *groundingBoard) legend() []track {
	var tracks []track
	for i, s := range b.systems {
		tracks = append(tracks, track{name: s.Name, style: line(palette.Colour(i), 1.4), shape: diamond{}})
	}
	return append(tracks,
		track{name: "chance", style: line(palette.Muted, 0), shape: draw.CrossGlyph{}},
		track{name: "the picture's centre, or a blob there", style: line(palette.Muted, 0), shape: draw.PyramidGlyph{}})
}

// panel begins a little left of 0, where marks would lie on the rows' labels.
func (p groundingPanel) panel(label string, right float64, labelled bool) *plot.Plot {
	panel := newPanel(-.04*right, 1.02*right, -.6, float64(len(p.rows))-.4)
	panel.X.Label.Text = label
	panel.X.Tick.Marker = ticks{Most: 6}
	var labels plot.ConstantTicks
	for i, row := range p.rows {
		tick := plot.Tick{Value: p.line(i), Label: " "} // no minor tick
		if labelled {
			tick.Label = fmt.Sprintf("%s (%s)", row.class, typeset.Count(row.words))
		}
		labels = append(labels, tick)
	}
	panel.Y.Tick.Marker = labels
	panel.Add(gridLines{}, p)
	return panel
}

// most is the largest number drawn, at least 2.
func (p groundingPanel) most() float64 {
	most := 2.0
	for _, row := range p.rows {
		for _, f := range row.figures {
			if f == nil {
				continue
			}
			most = max(most, p.value(f), f.Intervals[p.interval][1])
			for _, mark := range p.beside {
				most = max(most, mark.value(f))
			}
		}
	}
	return most
}

func (b *groundingBoard) line(i int) float64 { return float64(len(b.rows) - 1 - i) }

// Plot draws the marks of all rows.
func (p groundingPanel) Plot(c draw.Canvas, panel *plot.Plot) {
	x, y := panel.Transforms(&c)
	if p.one {
		c.StrokeLine2(floorLine, x(1), c.Min.Y, x(1), c.Max.Y)
	}
	for i, row := range p.rows {
		beside := false
		for system, f := range row.figures {
			if f == nil {
				continue
			}
			for _, mark := range p.beside {
				if !beside {
					c.DrawGlyph(draw.GlyphStyle{Color: palette.Muted, Radius: 2.8, Shape: mark.shape}, vg.Point{X: x(mark.value(f)), Y: y(p.line(i))})
				}
			}
			beside = true
			at := y(p.line(i)) + vg.Length(5*(float64(len(p.systems)-1)/2-float64(system)))
			if bounds, ok := f.Intervals[p.interval]; ok {
				c.StrokeLine2(line(palette.Colour(system), 1.4), x(bounds[0]), at, x(bounds[1]), at)
			}
			c.DrawGlyph(glyph(diamond{}, 2.8, system), vg.Point{X: x(p.value(f)), Y: at})
		}
	}
}
