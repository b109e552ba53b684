package checkpoint

import "fmt"

// Config holds the sizes of a captioner. Its JSON form is the key "model" of
// a checkpoint.
type Config struct {
	Backbone    string `json:"backbone"`     // "resnet18"
	Grid        int    `json:"grid"`         // side of the square of places, 7
	Features    int    `json:"features"`     // size of a place's feature, 256
	FeatureNorm string `json:"feature_norm"` // "batch" or "none"
	Embedding   int    `json:"embedding"`    // size of a word's embedding, 256
	Hidden      int    `json:"hidden"`       // size of the LSTM's state, 512
	Attention   int    `json:"attention"`    // size of the attention's space, 256
}

// The values of Config.FeatureNorm.
const (
	FeatureNormBatch = "batch"
	FeatureNormNone  = "none"
)

// DefaultConfig returns the sizes of the recipe "base".
func DefaultConfig() Config {
	return Config{
		Backbone:    "resnet18",
		Grid:        7,
		Features:    256,
		FeatureNorm: FeatureNormBatch,
		Embedding:   256,
		Hidden:      512,
		Attention:   256,
	}
}

// Places returns the number of places that attention looks at.
func (c Config) Places() int { return c.Grid * c.Grid }

// Validate says what is wrong with the sizes, if anything.
func (c Config) Validate() error {
	if c.Backbone != "resnet18" {
		return fmt.Errorf("backbone %q: only resnet18 is known", c.Backbone)
	}
	if c.FeatureNorm != FeatureNormBatch && c.FeatureNorm != FeatureNormNone {
		return fmt.Errorf("feature norm %q: give %s or %s", c.FeatureNorm, FeatureNormBatch, FeatureNormNone)
	}
	for _, size := range []struct {
		name  string
		value int
		limit int
	}{
		{"grid", c.Grid, 64},
		{"features", c.Features, 1 << 14},
		{"embedding", c.Embedding, 1 << 14},
		{"hidden", c.Hidden, 1 << 14},
		{"attention", c.Attention, 1 << 14},
	} {
		if size.value < 1 || size.value > size.limit {
			return fmt.Errorf("%s %d: must be from 1 to %d", size.name, size.value, size.limit)
		}
	}
	return nil
}
