package modelcard

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/plots/internal/metrics"
)

// card is what the layout shows.
type card struct {
	Source
	Data     data
	Scores   []score
	Measured measured
	Captions *evaluate.Captions // of the evaluation; nil without one
	Settings []setting
	Words    int
	Epochs   []checkpoint.Epoch
}

// data is what the model learned from.
type data struct {
	Name        string // as strangers may read it
	OnHub       bool
	Fingerprint string
	Pictures    int
}

// measured says on what the scores were measured.
type measured struct {
	Data, Split string
	OnHub       bool
	Pictures    int // 0 where nobody said
	Beam        string
	Evaluation  bool // rather than the run's own check
}

// score is a row of the scores.
type score struct {
	Key, Label string
	Value      float64
	Low, High  *float64 // 95 % interval; nil where none was computed
}

// Text, Interval are the score's cells.
func (s score) Text() string { return strconv.FormatFloat(s.Value, 'f', 3, 64) }

func (s score) Interval() string {
	if s.Low == nil {
		return "not computed"
	}
	return fmt.Sprintf("%.3f to %.3f", *s.Low, *s.High)
}

type setting struct{ Name, Value string }

func newCard(s Source) (*card, error) {
	epochs, err := s.Model.Epochs()
	if err != nil {
		return nil, err
	}
	c := &card{Source: s, Words: len(s.Model.Vocabulary), Epochs: epochs}
	var found struct {
		Source      string `json:"source"`
		Fingerprint string `json:"fingerprint"`
		Pictures    int    `json:"pictures"`
	}
	_ = json.Unmarshal(s.Model.Data, &found) // a checkpoint may say nothing of its data
	if found.Source != "" {
		c.Data = data{publicName(found.Source), onHub(found.Source), found.Fingerprint, found.Pictures}
	}
	training := map[string]any{}
	_ = json.Unmarshal(s.Model.Training, &training) // nor of its training
	c.Settings = settings(training)
	if s.Report != nil {
		c.evaluated(s.Report)
	} else if len(epochs) > 0 {
		c.checked(epochs[len(epochs)-1], training)
	}
	return c, nil
}

// evaluated takes the scores of an evaluation.
func (c *card) evaluated(r *evaluate.Report) {
	source, split := text(r.Data["source"]), text(r.Data["split"])
	c.Measured = measured{Data: publicName(source), OnHub: onHub(source), Split: split, Pictures: r.Images, Beam: text(r.Model["beam"]), Evaluation: true}
	if r.Model["views"] == "flip" {
		c.Measured.Beam += ", each picture seen mirrored too"
	}
	c.Captions = &r.Captions
	c.Scores = scores(r.Scores, r.Intervals)
}

// checked takes the scores that the run found on its validation split.
func (c *card) checked(e checkpoint.Epoch, training map[string]any) {
	c.Measured = measured{Data: c.Data.Name, OnHub: c.Data.OnHub, Split: cmp.Or(text(training["validation_split"]), "validation")}
	if beam, ok := training["beam"].(map[string]any); ok {
		c.Measured.Beam = text(beam["Width"])
	}
	c.Scores = scores(e.Scores, nil)
}

// scores lists scores in the order in which people expect them.
func scores(values map[string]float64, intervals map[string][2]float64) (rows []score) {
	keys := slices.Collect(maps.Keys(values))
	metrics.Sort(keys)
	for _, key := range keys {
		if math.IsNaN(values[key]) || math.IsInf(values[key], 0) {
			continue
		}
		row := score{Key: key, Label: metrics.Of(key).Label, Value: values[key]}
		if ends, ok := intervals[key]; ok {
			row.Low, row.High = &ends[0], &ends[1]
		}
		rows = append(rows, row)
	}
	return rows
}

// private are the settings that name files of the machine that trained.
var private = []string{"data", "pictures", "from", "encoder_weights"}

// settings lists the settings of the training, nested ones as outer.inner, by
// name. Of paths it leaves the last part.
func settings(values map[string]any) (rows []setting) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := values[name]
		if nested, ok := value.(map[string]any); ok {
			for _, row := range settings(nested) {
				rows = append(rows, setting{name + "." + row.Name, row.Value})
			}
			continue
		}
		said := text(value)
		if slices.Contains(private, name) && said != "" {
			said = publicName(said)
		}
		if said != "" {
			rows = append(rows, setting{name, said})
		}
	}
	return rows
}

// text writes a JSON value in one line.
func text(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	}
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(data)
}

func here(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Percent writes a share of 1.
func (c *card) Percent(share float64) string {
	return strconv.FormatFloat(100*share, 'f', 0, 64) + " %"
}

// Sizes says what the model is built of.
func (c *card) Sizes() []setting {
	m, p := c.Model.Model, c.Model.Preprocessing
	return []setting{
		{"backbone", fmt.Sprintf("%s, features of %s", m.Backbone, m.Layers)},
		{"pictures", fmt.Sprintf("%d × %d pixels, %s", p.Size, p.Size, p.Mode)},
		{"places", fmt.Sprintf("%d × %d, %d features each, norm %s", m.Grid, m.Grid, m.Features, m.FeatureNorm)},
		{"decoder", fmt.Sprintf("LSTM of %d, attention of %d, embeddings of %d, output %s", m.Hidden, m.Attention, m.Embedding, m.Output)},
		{"vocabulary", fmt.Sprintf("%d words, the special ones counted; captions are split into %s", c.Words, c.Model.Tokenizer)},
	}
}

// IsRepository tells whether the model's name is one that the hub could have.
func (c *card) IsRepository() bool { return strings.Count(c.Name, "/") == 1 }
