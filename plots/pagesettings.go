package plots

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
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
			s.Rows = append(s.Rows, tile{clean(prefix + key), settingText(value)})
		}
	}
}

// settingText writes a value in one line, cut after 300 characters.
func settingText(value any) string {
	text, isText := value.(string)
	if !isText {
		data, err := json.Marshal(value)
		if err != nil {
			return clean(err.Error())
		}
		text = string(data)
	}
	text = clean(text)
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
		path := filepath.Join(dir, name)
		meta, err := readMetadata(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read the settings in %s: %w", path, err)
		}
		p.addSettings("Training", object(meta["training"]))
		p.addSettings("Data of the training", object(meta["data"]))
		p.addSettings("Preprocessing", object(meta["preprocessing"]))
		if words, ok := meta["vocabulary"].([]any); ok {
			p.addSettings("Vocabulary", map[string]any{"words": len(words)})
		}
		return nil
	}
	p.absent("settings of training: there is no best.safetensors or last.safetensors in %s", dir)
	return nil
}

func object(value any) map[string]any {
	values, _ := value.(map[string]any)
	return values
}

// maxHeader is the largest header of a checkpoint that is read, in bytes.
const maxHeader = 100 << 20

// readMetadata reads the JSON text under the key "seetell" in the header of a
// safetensors file, and none of its tensors.
func readMetadata(path string) (map[string]any, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var size uint64
	if err := binary.Read(f, binary.LittleEndian, &size); err != nil {
		return nil, fmt.Errorf("no safetensors file: %w", err)
	}
	if size > maxHeader {
		return nil, fmt.Errorf("no safetensors file: a header of %d bytes", size)
	}
	text, err := io.ReadAll(io.LimitReader(f, int64(size)))
	if err != nil {
		return nil, err
	}
	var header struct {
		Metadata map[string]string `json:"__metadata__"`
	}
	if err := json.Unmarshal(text, &header); err != nil {
		return nil, fmt.Errorf("no safetensors file: %w", err)
	}
	if header.Metadata["seetell"] == "" {
		return nil, errors.New("it was not written by seetell")
	}
	var meta map[string]any
	if err := json.Unmarshal([]byte(header.Metadata["seetell"]), &meta); err != nil {
		return nil, fmt.Errorf("its settings are broken: %w", err)
	}
	return meta, nil
}
