package htmlreport

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// settings is a table of names and values.
type settings struct {
	Name string
	Rows []tile
}

// addSettings lists values, nested ones as "outer.inner", by name.
func (p *page) addSettings(name string, values map[string]any) {
	s := settings{Name: name}
	s.add("", values)
	slices.SortFunc(s.Rows, func(a, b tile) int { return strings.Compare(a.Name, b.Name) })
	if len(s.Rows) > 0 {
		p.Settings = append(p.Settings, s)
	}
}

func (s *settings) add(prefix string, values map[string]any) {
	for key, value := range values {
		switch value := value.(type) {
		case map[string]any:
			s.add(prefix+key+".", value)
		case nil:
		default:
			s.Rows = append(s.Rows, tile{typeset.Clean(prefix + key), settingText(value)})
		}
	}
}

// settingText writes a value in one line, cut after 300 characters.
func settingText(value any) string {
	text, isText := value.(string)
	if !isText {
		data, err := json.Marshal(value)
		if err != nil {
			return typeset.Clean(err.Error())
		}
		text = string(data)
	}
	text = typeset.Clean(text)
	if text == "" {
		return "none"
	}
	if utf8.RuneCountInString(text) > 300 {
		text = string([]rune(text)[:300]) + "…"
	}
	return text
}

// addCheckpoint adds the settings that the run's checkpoint holds.
func (p *page) addCheckpoint(dir string) error {
	for _, name := range []string{"best.safetensors", "last.safetensors"} {
		meta, err := checkpoint.Read(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		p.addSettings("Training", object(meta.Training))
		p.addSettings("Data of the training", object(meta.Data))
		preprocessing, err := json.Marshal(meta.Preprocessing)
		if err != nil {
			return err
		}
		p.addSettings("Preprocessing", object(preprocessing))
		p.addSettings("Vocabulary", map[string]any{"words": len(meta.Vocabulary)})
		return nil
	}
	p.absent("settings of training: there is no best.safetensors or last.safetensors in %s", dir)
	return nil
}

// object returns the members of a JSON object, none of another text.
func object(text json.RawMessage) map[string]any {
	var values map[string]any
	_ = json.Unmarshal(text, &values)
	return values
}
