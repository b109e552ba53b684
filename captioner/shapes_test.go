package captioner

import (
	"reflect"
	"slices"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/nn/resnet"
	"github.com/seetell/seetell/torch"
)

// smallConfig returns sizes of few numbers beside the backbone's.
func smallConfig() Config {
	c := DefaultConfig()
	c.Grid, c.Features, c.Embedding, c.Hidden, c.Attention = 2, 24, 16, 32, 20
	return c
}

// TestShapes lists what NewNetwork builds, for each choice that adds or drops
// a tensor.
func TestShapes(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Config)
	}{
		{"as it is", func(*Config) {}},
		{"a deeper backbone", func(c *Config) { c.Backbone = "resnet50" }},
		{"no norm", func(c *Config) { c.FeatureNorm = checkpoint.FeatureNormNone }},
		{"all that is new in format 2", func(c *Config) {
			c.FeatureNorm, c.Output, c.Layers = checkpoint.FeatureNormReLU, checkpoint.OutputDeep, checkpoint.Layers34
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := smallConfig()
			test.change(&c)
			n, err := NewNetwork(c, 9, torch.CPU)
			if err != nil {
				t.Fatal(err)
			}
			defer n.Close()
			var built []nn.Shape
			for _, e := range n.Named() {
				built = append(built, nn.Shape{Name: e.Name, Of: slices.Clone(e.Tensor.Shape())})
			}
			listed, err := shapes(c, 9)
			for i := range listed {
				listed[i].Of = slices.Clone(listed[i].Of) // none and empty alike
			}
			if err != nil || !reflect.DeepEqual(listed, built) {
				t.Errorf("shapes() = %v, %v, want %v", listed, err, built)
			}
		})
	}
}

// TestBackbones holds the checkpoint's names to those that are built.
func TestBackbones(t *testing.T) {
	if !slices.Equal(checkpoint.Backbones, resnet.Names()) {
		t.Errorf("checkpoints name %q, and nn/resnet builds %q", checkpoint.Backbones, resnet.Names())
	}
}
