package checkpoint

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Config holds the sizes of a captioner. Its JSON form is the key "model" of
// a checkpoint.
type Config struct {
	Backbone    string `json:"backbone"`     // one of Backbones
	Grid        int    `json:"grid"`         // side of the square of places, 7
	Features    int    `json:"features"`     // size of a place's feature, 256
	FeatureNorm string `json:"feature_norm"` // "batch", "relu" or "none"
	Layers      string `json:"places"`       // layers that a place's channels come from, "layer4" or "layer3+4"
	Output      string `json:"output"`       // what the output layer reads, "plain" or "deep"
	Embedding   int    `json:"embedding"`    // size of a word's embedding, 256
	Hidden      int    `json:"hidden"`       // size of the LSTM's state, 512
	Attention   int    `json:"attention"`    // size of the attention's space, 256
}

// Backbones are the values of Config.Backbone, which nn/resnet builds.
var Backbones = []string{defaultBackbone, "resnet34", "resnet50", "resnet101", "resnet152"}

const defaultBackbone = "resnet18"

// The values of Config.FeatureNorm.
const (
	FeatureNormBatch = "batch"
	FeatureNormReLU  = "relu" // no norm: a ReLU in its place
	FeatureNormNone  = "none"
)

// The values of Config.Layers.
const (
	Layers4  = "layer4"   // the last layer's
	Layers34 = "layer3+4" // layer3's, then layer4's, enlarged to layer3's size
)

// The values of Config.Output.
const (
	OutputPlain = "plain" // the LSTM's state alone
	OutputDeep  = "deep"  // the gated context and the word read beside it: Xu et al. 2015, equation 7
)

// DefaultConfig returns the sizes of the recipe "base".
func DefaultConfig() Config {
	return Config{
		Backbone:    defaultBackbone,
		Grid:        7,
		Features:    256,
		FeatureNorm: FeatureNormBatch,
		Layers:      Layers4,
		Output:      OutputPlain,
		Embedding:   256,
		Hidden:      512,
		Attention:   256,
	}
}

// Places returns the number of places that attention looks at.
func (c Config) Places() int { return c.Grid * c.Grid }

// UnmarshalJSON reads a configuration; what checkpoints did not name before it
// could be chosen is as it was.
func (c *Config) UnmarshalJSON(data []byte) error {
	type plain Config
	read := plain{FeatureNorm: FeatureNormBatch, Layers: Layers4, Output: OutputPlain}
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	*c = Config(read)
	return nil
}

// format returns the version of the checkpoints that hold such a model: 2 where
// one of its choices is new, so that older programs say that they cannot read it.
func (c Config) format() int {
	if c.Backbone != defaultBackbone || c.FeatureNorm == FeatureNormReLU || c.Layers != Layers4 || c.Output != OutputPlain {
		return 2
	}
	return 1
}

// Validate says what is wrong with the sizes, if anything.
func (c Config) Validate() error {
	for _, choice := range []struct {
		name, value string
		known       []string
	}{
		{"backbone", c.Backbone, Backbones},
		{"feature norm", c.FeatureNorm, []string{FeatureNormBatch, FeatureNormReLU, FeatureNormNone}},
		{"places", c.Layers, []string{Layers4, Layers34}},
		{"output", c.Output, []string{OutputPlain, OutputDeep}},
	} {
		if !slices.Contains(choice.known, choice.value) {
			return fmt.Errorf("%s %q: give %s", choice.name, choice.value, strings.Join(choice.known, " or "))
		}
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
