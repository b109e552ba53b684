package captioner

import "github.com/seetell/seetell/captioner/checkpoint"

// What a model is made of, as its checkpoint says it: package checkpoint has
// more about them.
type (
	Config     = checkpoint.Config
	Metadata   = checkpoint.Metadata
	Vocabulary = checkpoint.Vocabulary
)

// DefaultConfig returns the sizes of the recipe "base".
func DefaultConfig() Config { return checkpoint.DefaultConfig() }
