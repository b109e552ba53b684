package plots

import (
	"fmt"
	"os"
	"strings"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// History is a training run, an entry per epoch.
type History struct {
	Name   string
	Epochs []checkpoint.Epoch
}

// LoadHistory reads the history.jsonl at path, or in the folder there.
func LoadHistory(path string) (*History, error) {
	path = fileIn(path, "history.jsonl")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	epochs, err := checkpoint.ParseHistory(data)
	if err != nil {
		return nil, fmt.Errorf("history %s: %w", path, err)
	}
	return &History{Name: runName(path), Epochs: epochs}, nil
}

// runName is the name of the folder that a run's file lies in.
func runName(path string) string {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == os.PathSeparator })
	if len(parts) > 1 {
		return typeset.Clean(parts[len(parts)-2])
	}
	return "run"
}
