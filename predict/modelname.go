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
func modelName(o Evaluation, meta captioner.Metadata) (map[string]any, error) {
	sum, err := checkpoint.Checksum(o.Models[0])
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(o.Models[0])
	if err != nil {
		return nil, err
	}
	name := map[string]any{
		"file": fileNames(o.Models), "path": path, "sha256": sum,
		"sizes": meta.Model, "words": len(meta.Vocabulary), "beam": o.Beam.Width, "length_penalty": o.Beam.LengthPenalty,
	}
	if o.Options.Flip {
		name["views"] = "flip"
	}
	epochs, err := meta.Epochs()
	if n := len(epochs); err == nil && n > 0 {
		name["epoch"] = epochs[n-1].Epoch
	}
	return name, err
}

// fileNames returns the names of checkpoints at paths.
func fileNames(paths []string) string {
	var names []string
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	return strings.Join(names, " + ")
}
