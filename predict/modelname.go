package predict

import (
	"path/filepath"
	"strings"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
)

// modelName says which checkpoint captioned, for report.json: by its checksum,
// its path, the epoch that it was saved after, and its sizes; of several, by those
// of the first and the names of all.
func (e *evaluation) modelName(meta captioner.Metadata) (map[string]any, error) {
	sum, err := checkpoint.Checksum(e.Models[0])
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(e.Models[0])
	if err != nil {
		return nil, err
	}
	name := map[string]any{
		"file": e.files(), "path": path, "sha256": sum,
		"sizes": meta.Model, "words": len(meta.Vocabulary), "beam": e.Beam.Width, "length_penalty": e.Beam.LengthPenalty,
	}
	if e.Options.Flip {
		name["views"] = "flip"
	}
	epochs, err := meta.Epochs()
	if n := len(epochs); err == nil && n > 0 {
		name["epoch"] = epochs[n-1].Epoch
	}
	return name, err
}

// files returns the names of the checkpoints.
func (e *evaluation) files() string {
	var names []string
	for _, path := range e.Models {
		names = append(names, filepath.Base(path))
	}
	return strings.Join(names, " + ")
}
