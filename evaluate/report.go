package evaluate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/seetell/seetell/evaluate/grounding"
	"github.com/seetell/seetell/evaluate/meteor"
	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/internal/wholefile"
)

// ReportFormat is the version of the report's JSON that this package writes
// and reads.
const ReportFormat = 1

// Report is what a set of captions scored. Its JSON is that of
// `seetell score --format json` and of report.json.
type Report struct {
	Format    int    `json:"format"`
	Images    int    `json:"images"`
	Tokenizer string `json:"tokenizer"`
	// Meteor says which stages METEOR had, where it was asked for.
	Meteor string `json:"meteor,omitempty"`
	// Scores has pycocoevalcap's names: Bleu_1 to Bleu_4, METEOR, ROUGE_L and
	// CIDEr. METEOR without the paraphrase table is METEOR_no_paraphrase.
	Scores map[string]float64 `json:"scores"`
	// Intervals are bootstrap 95 % intervals, low and high, over pictures.
	Intervals map[string][2]float64 `json:"intervals,omitempty"`
	Bootstrap *Bootstrap            `json:"bootstrap,omitempty"`
	Lengths   Lengths               `json:"lengths"`
	Captions  Captions              `json:"captions"`
	Baseline  *Comparison           `json:"baseline,omitempty"`
	// ReferencePoints are scores to compare with, where they were asked for.
	ReferencePoints *ReferencePoints `json:"reference_points,omitempty"`
	// Added says of metrics from outside what figures need to show them.
	Added    map[string]Scale `json:"added,omitempty"`
	Warnings []string         `json:"warnings,omitempty"`
	PerImage []ImageScore     `json:"per_image"`
	// Model and Data say what wrote the captions, and of which pictures; only
	// `seetell evaluate` knows.
	Model map[string]any `json:"model,omitempty"`
	// Grounding says how far attention lies on what the references' words name,
	// where boxes say what is where, and Uniform what the captions of the same
	// model score with the same weight for all places in attention's stead.
	Grounding *grounding.Report  `json:"grounding,omitempty"`
	Uniform   map[string]float64 `json:"uniform_attention,omitempty"`
	Data      map[string]any     `json:"data,omitempty"`
}

// Lengths compares the captions' lengths, in words, with their references'.
type Lengths struct {
	Captions       int     `json:"captions"`   // words of all captions
	References     int     `json:"references"` // words of the references closest in length
	Ratio          float64 `json:"ratio"`
	BrevityPenalty float64 `json:"brevity_penalty"`
	Mean           float64 `json:"mean"` // words of a caption
}

// ImageScore is what one picture's caption scored.
type ImageScore struct {
	ID      string
	Caption string
	Scores  map[string]float64
}

// MarshalJSON writes one object: id, caption and a key for each score.
func (s ImageScore) MarshalJSON() ([]byte, error) {
	flat := map[string]any{"id": s.ID, "caption": s.Caption}
	for name, value := range s.Scores {
		flat[name] = value
	}
	return json.Marshal(flat)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *ImageScore) UnmarshalJSON(data []byte) error {
	var head struct{ ID, Caption string }
	if err := json.Unmarshal(data, &head); err != nil {
		return err
	}
	var flat map[string]any
	if err := json.Unmarshal(data, &flat); err != nil {
		return err
	}
	*s = ImageScore{ID: head.ID, Caption: head.Caption, Scores: map[string]float64{}}
	for name, value := range flat {
		if number, ok := value.(float64); ok {
			s.Scores[name] = number
		}
	}
	return nil
}

// newReport gathers what was measured.
func newReport(images Images, o Options, t *table) *Report {
	r := &Report{
		Format:    ReportFormat,
		Images:    len(images),
		Tokenizer: o.Tokenizer,
		Scores:    named(t.columns, t.total(t.sum(), len(images))),
		Meteor:    stages(o, t),
		Lengths:   lengths(t.pictures),
		Captions:  captions(t.pictures),
		Added:     scales(t.metrics),
		PerImage:  make([]ImageScore, len(images)),
	}
	for i, image := range images {
		r.PerImage[i] = ImageScore{ID: image.ID, Caption: image.Caption, Scores: named(t.columns, t.score(i))}
	}
	if r.Captions.Empty > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d of %d captions are empty", r.Captions.Empty, r.Images))
	}
	if _, scored := r.Scores["CIDEr"]; scored && r.Images == 1 {
		r.Warnings = append(r.Warnings, "CIDEr of one picture is 0 by its definition: it weighs words by how few of the pictures have them")
	}
	for name := range r.Scores {
		if strings.HasPrefix(name, "METEOR") && longTexts(t) {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s aligns the first %d words of a caption, and some have more", name, meteor.MostWords))
		}
	}
	return r
}

// stages says what METEOR the table holds, if any.
func stages(o Options, t *table) string {
	switch {
	case slices.Contains(t.columns, "METEOR_no_paraphrase"):
		return "METEOR (exact, stem, synonym), without the paraphrase table"
	case !slices.Contains(t.columns, "METEOR"):
		return ""
	case !o.Meteor.Table().Official():
		return "METEOR (exact, stem, synonym, paraphrase) with a paraphrase table that is not METEOR 1.5's own"
	}
	return "METEOR (exact, stem, synonym, paraphrase)"
}

func named(names []string, values []float64) map[string]float64 {
	scores := make(map[string]float64, len(names))
	for i, name := range names {
		scores[name] = values[i]
	}
	return scores
}

// Load reads the report at path. Errors name the file.
func Load(path string) (*Report, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("%s: no report of scores: %w", path, explain(err, data))
	}
	if r.Format == 0 {
		return nil, fmt.Errorf(`%s: no report of scores: it has no "format"`, path)
	}
	if r.Format != ReportFormat {
		return nil, fmt.Errorf("%s: report of format %d, and this program reads format %d", path, r.Format, ReportFormat)
	}
	return &r, nil
}

// explain adds the line to a mistake in data's JSON, and names the usual one.
func explain(err error, data []byte) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) || syntax.Offset < 1 || syntax.Offset > int64(len(data)) {
		return err
	}
	at := data[syntax.Offset-1:]
	if bytes.HasPrefix(at, []byte("NaN")) || bytes.HasPrefix(at, []byte("Inf")) {
		err = fmt.Errorf("JSON has no %s; leave the metric out", at[:3])
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(data[:syntax.Offset], []byte("\n")), err)
}

// Write writes the report's JSON to out.
func (r *Report) Write(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	return encoder.Encode(r)
}

// Save writes the report to path, whole or not at all.
func (r *Report) Save(path string) error {
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return wholefile.Write(path, terminal.JSON(text.Bytes()), 0o666)
}

// longTexts tells whether METEOR leaves words of a text aside.
func longTexts(t *table) bool {
	long := func(t text) bool { return len(t.words) > meteor.MostWords }
	return slices.ContainsFunc(t.pictures, func(p picture) bool { return long(p.caption) || slices.ContainsFunc(p.references, long) })
}
