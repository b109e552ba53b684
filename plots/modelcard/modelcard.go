// Package modelcard writes the README.md that makes a checkpoint a model which
// others can judge and use: what it is, what it learned from, what it scores,
// and what it cannot do, behind the front matter that the Hugging Face hub reads
// (its documentation, "Model Cards").
package modelcard

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/template"

	"go.yaml.in/yaml/v3"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/hub"
)

// Source is what a card is made of.
type Source struct {
	Name     string              // of the model: owner/name on the hub, or any
	Model    checkpoint.Metadata // what the checkpoint says of itself
	SHA256   string              // of the checkpoint's file; "" leaves out whether the report is of it
	Report   *evaluate.Report    // of an evaluation of it; nil for the scores of its own history
	License  string              // the hub's name of one, such as mit; "" leaves it unsaid
	Language string              // of the captions, such as en; "" leaves it unsaid
}

// Make returns the text of README.md.
func Make(s Source) ([]byte, error) {
	if strings.TrimSpace(s.Name) == "" {
		return nil, errors.New("a model card needs the model's name")
	}
	if err := s.fits(); err != nil {
		return nil, err
	}
	c, err := newCard(s)
	if err != nil {
		return nil, err
	}
	front, err := yaml.Marshal(c.front())
	if err != nil {
		return nil, fmt.Errorf("write the card's front matter: %w", err)
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "---\n%s---\n\n", front)
	if err := layout.Execute(&text, c); err != nil {
		return nil, fmt.Errorf("write the card: %w", err)
	}
	return text.Bytes(), nil
}

//go:embed card.md.tmpl
var layoutText string

var layout = template.Must(template.New("card").Funcs(template.FuncMap{"cell": cell}).Parse(layoutText))

// cell makes a text safe within a cell of a Markdown table.
func cell(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "`", "'").Replace(text)
}

// ErrOtherModel is the error of an evaluation that is not the checkpoint's.
var ErrOtherModel = errors.New("the evaluation is of another model")

// fits refuses a report that another model wrote, as far as it tells.
func (s Source) fits() error {
	if s.Report == nil {
		return nil
	}
	if s.Report.Model == nil {
		return fmt.Errorf("%w, or of none: its report names no model, as `seetell score` writes it", ErrOtherModel)
	}
	if sum, ok := s.Report.Model["sha256"].(string); ok && s.SHA256 != "" && sum != s.SHA256 {
		return fmt.Errorf("%w: that has the SHA-256 %.12s…, and the checkpoint %.12s…", ErrOtherModel, sum, s.SHA256)
	}
	if files, ok := s.Report.Model["file"].(string); ok && strings.Contains(files, " + ") {
		return fmt.Errorf("%w: it is of several together, %s", ErrOtherModel, files)
	}
	if words, ok := s.Report.Model["words"].(float64); ok && int(words) != len(s.Model.Vocabulary) {
		return fmt.Errorf("%w: that knows %d words, and the checkpoint %d", ErrOtherModel, int(words), len(s.Model.Vocabulary))
	}
	sizes, _ := s.Report.Model["sizes"].(map[string]any)
	for key, size := range map[string]any{"backbone": s.Model.Model.Backbone, "hidden": float64(s.Model.Model.Hidden), "output": s.Model.Model.Output} {
		if found, ok := sizes[key]; ok && found != size {
			return fmt.Errorf("%w: its %s is %v, and the checkpoint's %v", ErrOtherModel, key, found, size)
		}
	}
	return nil
}

// publicName returns a data set's name as strangers may read it: one of the hub
// or demo as it is, of a path its last part.
func publicName(source string) string {
	if onHub(source) {
		return source
	}
	return filepath.Base(source)
}

// onHub tells whether a SOURCE is a data set's name on the hub.
func onHub(source string) bool {
	_, err := hub.Parse(hub.Datasets, source)
	return err == nil && !here(source)
}

// withoutRevision returns owner/name of a name on the hub.
func withoutRevision(name string) string {
	id, _, _ := strings.Cut(name, "@")
	return id
}
