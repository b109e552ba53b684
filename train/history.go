package train

import (
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/internal/wholefile"
)

// A line of history.jsonl, and what the model said of a picture.
type (
	Epoch   = checkpoint.Epoch
	Example = checkpoint.Example
)

// writeHistory writes the history to the file at path, whole.
func writeHistory(path string, history []Epoch) error {
	return wholefile.Write(path, checkpoint.MarshalHistory(history), 0o644)
}
