package htmlreport

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/plots"
	"github.com/seetell/seetell/plots/internal/metrics"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// scoreRow is a line of the table of scores.
type scoreRow struct {
	Label, Score, Low, High, Mean, Median, Floor, Human string
	Bar                                                 *scoreBar
}

// scoreBar is how far a score has come from floor to human captions.
type scoreBar struct{ Percent int }

// pageMetric is the figures of one metric.
type pageMetric struct {
	Label   string
	First   bool
	Figures []pageFigure
}

// pageColumn heads a column of the table of every picture.
type pageColumn struct {
	Label string
	Index int
}

// repeated is a caption and how many pictures have it.
type repeated struct {
	Text  string
	Count int
}

// addReport adds what a report holds.
func (p *page) addReport(r *evaluate.Report) error {
	system, err := plots.NewSystem("this model", r)
	if err != nil {
		return err
	}
	p.addScores(system)
	p.addAttention(r)
	board, err := plots.Scores([]*plots.System{system})
	if err != nil {
		return err
	}
	if err := p.addFigure(&p.Board, board); err != nil {
		return err
	}
	if err := p.addDistributions(system); err != nil {
		return err
	}
	p.addCaptions(r, system)
	p.addRows(r, system)
	p.model = r.Model
	p.addSettings("Model", r.Model)
	p.addSettings("Data of the evaluation", r.Data)
	return nil
}

func (p *page) addScores(system *plots.System) {
	p.Tiles = append(p.Tiles, tile{"Pictures", typeset.Count(system.Images)})
	for i := range system.Series {
		s := &system.Series[i]
		p.labels[s.Metric] = s.Label
		row := scoreRow{Label: s.Label, Score: typeset.Score(s.Score), Mean: typeset.Score(metrics.Mean(s.Values)), Median: typeset.Score(metrics.Median(s.Values))}
		if len(s.Interval) == 2 {
			row.Low, row.High = typeset.Score(s.Interval[0]), typeset.Score(s.Interval[1])
		}
		row.addReferences(s)
		p.HasReference = p.HasReference || s.Floor != nil || s.Human != nil
		p.Scores = append(p.Scores, row)
		if slices.Contains([]string{"Bleu_4", "METEOR", "METEOR_no_paraphrase", "CIDEr"}, s.Metric) {
			p.Tiles = append(p.Tiles, tile{s.Label, typeset.Score(s.Score)})
		}
	}
	if p.HasReference {
		p.Notes = append(p.Notes, "Floor: the best constant caption. Human: each reference against the others, so with one reference fewer; "+
			"“floor to human” compares the model and the floor with people against as many references.")
	} else {
		p.absent("floor and human scores: the report has no reference points")
	}
}

func (row *scoreRow) addReferences(s *plots.Series) {
	if s.Floor != nil {
		row.Floor = typeset.Score(s.Floor.Score)
	}
	if s.Human != nil {
		row.Human = typeset.Score(s.Human.Score)
	}
	if s.Fewer != nil && s.Human.Score > s.Fewer.Floor {
		part := (s.Fewer.Score - s.Fewer.Floor) / (s.Human.Score - s.Fewer.Floor)
		row.Bar = &scoreBar{int(min(max(100*part, 0), 100) + .5)}
	}
}

func (p *page) addDistributions(system *plots.System) error {
	systems := []*plots.System{system}
	for i, s := range system.Series {
		m := pageMetric{Label: s.Label, First: i == len(system.Series)-1}
		both, err := plots.Distribution(systems, s.Metric, plots.HistogramAndDensity)
		if err != nil {
			return err
		}
		length, err := plots.Length(systems, s.Metric)
		if err != nil {
			return err
		}
		for _, f := range []*plots.Figure{both, length} {
			if err := p.addFigure(&m.Figures, f); err != nil {
				return err
			}
		}
		p.Metrics = append(p.Metrics, m)
	}
	return nil
}

// addCaptions counts distinct captions, their lengths and words.
func (p *page) addCaptions(r *evaluate.Report, system *plots.System) {
	times, words := map[string]int{}, map[string]bool{}
	for _, image := range r.PerImage {
		caption := typeset.Clean(image.Caption)
		times[caption]++
		for _, word := range strings.Fields(caption) {
			words[word] = true
		}
	}
	for text, n := range times {
		p.Captions = append(p.Captions, repeated{text, n})
	}
	slices.SortFunc(p.Captions, func(a, b repeated) int {
		return cmp.Or(b.Count-a.Count, strings.Compare(a.Text, b.Text))
	})
	p.Captions = p.Captions[:min(len(p.Captions), 15)]
	shortest, longest := slices.Min(system.Words), slices.Max(system.Words)
	p.CaptionTiles = append(p.CaptionTiles,
		tile{"Distinct captions", fmt.Sprintf("%s (%.0f %%)", typeset.Count(len(times)), 100*float64(len(times))/float64(system.Images))},
		tile{"Distinct words", typeset.Count(len(words))},
		tile{"Words a caption", fmt.Sprintf("%.1f (%d to %d)", r.Lengths.Mean, shortest, longest)},
		tile{"Length to references", typeset.Score(r.Lengths.Ratio)},
		tile{"Brevity penalty", typeset.Score(r.Lengths.BrevityPenalty)})
	if copied := r.Captions.Copied; copied != nil {
		p.CaptionTiles = append(p.CaptionTiles, tile{"Copied from training", fmt.Sprintf("%.0f %%", 100**copied)})
	} else {
		p.absent("share of captions copied from training: the report was made without the training captions")
	}
	for _, warning := range r.Warnings {
		p.Notes = append(p.Notes, typeset.Clean(warning))
	}
}

// addRows lists every picture for the script.
func (p *page) addRows(r *evaluate.Report, system *plots.System) {
	for i, s := range system.Series {
		p.Columns = append(p.Columns, pageColumn{s.Label, i + 2})
	}
	for i, image := range r.PerImage {
		row := []any{typeset.Clean(image.ID), typeset.Clean(image.Caption)}
		for _, s := range system.Series {
			row = append(row, digits4(s.Values[i]))
		}
		p.Data.Rows = append(p.Data.Rows, row)
	}
}

// digits4 rounds to what the page shows and sorts by.
func digits4(v float64) float64 { return float64(int64(v*1e4+.5)) / 1e4 }
