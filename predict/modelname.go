package predict

import (
	"path/filepath"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
)

// modelName says which checkpoint captioned, for report.json: by its checksum,
// its path, the epoch that it was saved after, and its sizes.
func (e *evaluation) modelName(meta captioner.Metadata) (map[string]any, error) {
	sum, err := checkpoint.Checksum(e.Model)
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(e.Model)
	if err != nil {
		return nil, err
	}
	name := map[string]any{
		"file": filepath.Base(e.Model), "path": path, "sha256": sum,
		"sizes": meta.Model, "words": len(meta.Vocabulary), "beam": e.Beam.Width, "length_penalty": e.Beam.LengthPenalty,
	}
	epochs, err := meta.Epochs()
	if n := len(epochs); err == nil && n > 0 {
		name["epoch"] = epochs[n-1].Epoch
	}
	return name, err
}
