// Package htmlreport makes one HTML file that shows a training run and its
// evaluation: scores, figures, pictures with their attention, every caption.
package htmlreport

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path/filepath"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/internal/wholefile"
	"github.com/seetell/seetell/plots"
	"github.com/seetell/seetell/plots/attention"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// DefaultMaxBytes is how large a page is made by default, in bytes.
const DefaultMaxBytes = 5_000_000

// Source says what a page is made of. Either folder may be empty, not
// both.
type Source struct {
	Run        string // of training: history.jsonl and checkpoints
	Evaluation string // of evaluate: report.json and gallery/
	Title      string // "Captions of NAME" where empty
	MaxBytes   int    // of the page; DefaultMaxBytes where 0
	AnyModel   bool   // the evaluation may be of another run's model
}

// page is what page.html shows.
type page struct {
	Title        string
	Style        template.CSS
	Script       template.JS
	Sections     []pageSection
	Absent       []string
	Tiles        []tile
	Scores       []scoreRow
	Board        []pageFigure // of all scores
	HasReference bool
	Notes        []string
	Grounding    []attentionRow
	Worth        []worthRow
	Metrics      []pageMetric
	Curves       []pageFigure
	Groups       []pageGroup
	Gallery      []card
	CaptionTiles []tile
	Captions     []repeated
	Columns      []pageColumn
	Settings     []settings
	Data         pageData

	source Source
	model  map[string]any    // of the evaluation
	labels map[string]string // of the report's scores
}

type pageSection struct{ ID, Name string }

type tile struct{ Name, Value string }

// pageData is what page.js reads.
type pageData struct {
	Heat    [][4]int   `json:"heat"`
	Gallery []cardData `json:"gallery"`
	Rows    [][]any    `json:"rows"` // id, caption, scores
	Left    int        `json:"left"` // rows left out
}

var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string

	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
)

// Make returns one HTML file that shows a run and its evaluation and needs
// nothing else: no network, no other file. What is absent is named in it;
// what is broken is an error. Names and captions may hold anything.
func Make(source Source) ([]byte, error) {
	if source.Run == "" && source.Evaluation == "" {
		return nil, errors.New("nothing to report: give the folder of a training run, of an evaluation, or both")
	}
	if source.MaxBytes == 0 {
		source.MaxBytes = DefaultMaxBytes
	}
	p := &page{labels: map[string]string{}, Style: template.CSS(pageCSS), Script: template.JS(pageJS), source: source, Title: typeset.Clean(source.Title)}
	for _, stop := range attention.Heat {
		p.Data.Heat = append(p.Data.Heat, [4]int{int(stop.R), int(stop.G), int(stop.B), int(stop.A)})
	}
	if p.Title == "" {
		p.Title = "Captions of " + typeset.Clean(folderName(source))
	}
	if err := p.addEvaluation(source.Evaluation); err != nil {
		return nil, err
	}
	if err := p.addRun(source.Run); err != nil {
		return nil, err
	}
	if len(p.Scores) == 0 && len(p.Curves) == 0 && len(p.Gallery) == 0 && len(p.Settings) == 0 {
		return nil, fmt.Errorf("nothing to report: %s", joinSentences(p.Absent))
	}
	p.nameSections()
	return p.render()
}

// render fits the page into its size: rows of the table of every picture are
// left out first, then pictures of the gallery.
func (p *page) render() ([]byte, error) {
	for {
		var out bytes.Buffer
		if err := pageTemplate.Execute(&out, p); err != nil {
			return nil, fmt.Errorf("make the page: %w", err)
		}
		over := out.Len() - p.source.MaxBytes
		switch {
		case over <= 0:
			return out.Bytes(), nil
		case len(p.Data.Rows) > 0:
			keep := len(p.Data.Rows) - 1 - over*len(p.Data.Rows)/out.Len()
			p.Data.Left += len(p.Data.Rows) - max(0, keep)
			p.Data.Rows = p.Data.Rows[:max(0, keep)]
		case len(p.Gallery) > 0:
			p.Gallery, p.Data.Gallery = p.Gallery[:len(p.Gallery)-1], p.Data.Gallery[:len(p.Data.Gallery)-1]
		default:
			return nil, fmt.Errorf("the page takes %d bytes even without pictures, and %d are allowed", out.Len(), p.source.MaxBytes)
		}
	}
}

func folderName(source Source) string {
	path := source.Evaluation
	if path == "" {
		path = source.Run
	}
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return filepath.Base(path)
}

func joinSentences(sentences []string) string {
	var out bytes.Buffer
	for i, s := range sentences {
		if i > 0 {
			out.WriteString("; ")
		}
		out.WriteString(s)
	}
	return out.String()
}

// absent notes a part that the page lacks.
func (p *page) absent(format string, values ...any) {
	p.Absent = append(p.Absent, typeset.Clean(fmt.Sprintf(format, values...)))
}

// addEvaluation reads report.json and the gallery of dir.
func (p *page) addEvaluation(dir string) error {
	if dir == "" {
		p.absent("scores, distributions and pictures: no folder of an evaluation was given")
		return nil
	}
	if err := checkFolder(dir); err != nil {
		return err
	}
	path := filepath.Join(dir, evaluate.ReportFile)
	report, err := evaluate.Load(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		p.absent("scores and distributions: there is no %s", path)
	case err != nil:
		return fmt.Errorf("read report: %w", err)
	default:
		if err := p.addReport(report); err != nil {
			return fmt.Errorf("report %s: %w", path, err)
		}
	}
	return p.addGallery(filepath.Join(dir, "gallery"))
}

func checkFolder(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("read folder: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	return nil
}

// addRun reads the history and the settings of the training run in dir.
func (p *page) addRun(dir string) error {
	if dir == "" {
		p.absent("learning curves and settings of training: no folder of a run was given")
		return nil
	}
	if err := checkFolder(dir); err != nil {
		return err
	}
	history, err := plots.LoadHistory(filepath.Join(dir, "history.jsonl"))
	switch {
	case errors.Is(err, os.ErrNotExist):
		p.absent("learning curves: there is no %s", filepath.Join(dir, "history.jsonl"))
	case err != nil:
		return err
	default:
		for _, f := range plots.Curves([]*plots.History{history}) {
			if err := p.addFigure(&p.Curves, f); err != nil {
				return err
			}
		}
	}
	if err := p.addCheckpoint(dir); err != nil {
		return err
	}
	return p.checkModel(dir)
}

// nameSections lists the sections that the page has.
func (p *page) nameSections() {
	for _, s := range []struct {
		there bool
		pageSection
	}{
		{len(p.Scores) > 0, pageSection{"scores", "Scores"}},
		{len(p.Grounding)+len(p.Worth) > 0, pageSection{"attention", "Attention"}},
		{len(p.Metrics) > 0, pageSection{"distributions", "Distributions"}},
		{len(p.Curves) > 0, pageSection{"training", "Training"}},
		{len(p.Gallery) > 0, pageSection{"gallery", "Pictures"}},
		{len(p.Captions) > 0, pageSection{"captions", "Captions"}},
		{len(p.Columns) > 0, pageSection{"pictures", "Every picture"}},
		{len(p.Settings) > 0, pageSection{"settings", "Settings"}},
	} {
		if s.there {
			p.Sections = append(p.Sections, s.pageSection)
		}
	}
}

// Save writes the page to path, whole or not at all.
func Save(path string, source Source) error {
	data, err := Make(source)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return wholefile.Write(path, data, 0o666)
}
