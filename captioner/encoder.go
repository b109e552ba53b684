package captioner

import (
	"slices"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/nn/resnet"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// Encoder sees: it maps pictures to a feature for each place of a grid.
type Encoder struct {
	config     Config
	backbone   *resnet.ResNet
	projection *nn.Linear
	norm       *nn.BatchNorm // nil without one
}

// Modes says how an encoder's two kinds of BatchNorm behave, and what of its
// backbone learns nothing.
type Modes struct {
	Backbone nn.Mode
	Norm     nn.Mode
	// Frozen is the number of the backbone's layers that learn nothing, from
	// the pictures on: 0 for none, 1 for its stem and layer1, 4 for all. They
	// normalise by running statistics, and no gradient flows into them.
	Frozen int
}

// Evaluation normalises by running statistics throughout.
var Evaluation = Modes{Backbone: nn.Eval, Norm: nn.Eval}

func newEncoder(s *torch.Scope, c Config) (*Encoder, error) {
	backbone, err := resnet.New(s, c.Backbone)
	if err != nil {
		return nil, err
	}
	e := &Encoder{
		config:     c,
		backbone:   backbone,
		projection: nn.NewLinear(s, channels(c), c.Features, nn.Options{Bias: true}),
	}
	if c.FeatureNorm == checkpoint.FeatureNormBatch {
		e.norm = nn.NewBatchNorm(s, c.Features)
	}
	return e, nil
}

// channels returns the number of a place's channels before the projection.
func channels(c Config) int {
	last := resnet.Channels(c.Backbone, resnet.Layers)
	if c.Layers == checkpoint.Layers34 {
		return resnet.Channels(c.Backbone, resnet.Layers-1) + last
	}
	return last
}

// Normalise maps RGB pixels, uint8 of shape (N, S, S, 3), to what the backbone
// takes: float32 of shape (N, 3, S, S), channels last in memory.
func Normalise(s *torch.Scope, pixels *torch.Tensor, p picture.Preprocessing) *torch.Tensor {
	if pixels.Device() == torch.CPU {
		return pixels.Normalise(s, torch.FromSlice(s, slices.Concat(p.Mean[:], p.Std[:]), 2, 3))
	}
	n, height, width := pixels.Dim(0), pixels.Dim(1), pixels.Dim(2)
	row := func(channels [3]float32) *torch.Tensor { // of a row of pixels: loops over three numbers are slow
		return torch.FromSlice(s, slices.Repeat(channels[:], int(width)), 3*width).ToDevice(s, pixels.Device())
	}
	x := pixels.Reshape(s, n*height, 3*width).To(s, torch.Float32).MulScalar(s, 1.0/255)
	return x.Sub(s, row(p.Mean)).Div(s, row(p.Std)).Reshape(s, n, height, width, 3).Permute(s, 0, 3, 1, 2)
}

// below maps normalised pictures (N, 3, S, S) through the backbone's stem and
// its first layers, none to all of them, as above where it is all.
func (e *Encoder) below(s *torch.Scope, x *torch.Tensor, layers int, mode nn.Mode) *torch.Tensor {
	x = e.backbone.Stem(s, x, mode)
	if layers < BackboneLayers {
		return e.backbone.Through(s, x, 0, layers, mode)
	}
	return e.above(s, x, 0, mode)
}

// above maps what below returned to layer4's channels, (N, C, S/32, S/32)
// rounded up; or, with layer3's before them, (N, 3C/2, S/16, S/16).
func (e *Encoder) above(s *torch.Scope, x *torch.Tensor, layers int, mode nn.Mode) *torch.Tensor {
	if layers == BackboneLayers {
		return x
	}
	if e.config.Layers != checkpoint.Layers34 {
		return e.backbone.Through(s, x, layers, BackboneLayers, mode)
	}
	third := e.backbone.Through(s, x, layers, BackboneLayers-1, mode)
	last := e.backbone.Through(s, third, BackboneLayers-1, BackboneLayers, mode)
	return torch.Cat(s, 1, third, enlarge(s, last, third.Dim(2), third.Dim(3)))
}

// pool maps the backbone's channels (N, C, H, W) to those of the places,
// (N, L, C), in row order.
func (e *Encoder) pool(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	if grid := int64(e.config.Grid); x.Dim(2) != grid || x.Dim(3) != grid {
		x = x.AdaptiveAvgPool2D(s, grid, grid)
	}
	return x.Flatten(s, 2).Transpose(s, 1, 2)
}

// Project maps pooled channels (N, L, C) to the features f that the decoder
// attends to, (N, L, F).
func (e *Encoder) Project(s *torch.Scope, x *torch.Tensor, mode nn.Mode) *torch.Tensor {
	f := e.projection.Forward(s, x)
	if e.config.FeatureNorm == checkpoint.FeatureNormReLU {
		return f.ReLUInPlace(s)
	}
	if e.norm == nil {
		return f
	}
	flat := f.Reshape(s, -1, int64(e.config.Features)).To(s, torch.Float32)
	return e.norm.Forward(s, flat, mode).Reshape(s, f.Shape()...)
}

// across gives every BatchNorm what sums over the processes that share a batch.
func (e *Encoder) across(sum func(*torch.Scope, *torch.Tensor) *torch.Tensor) {
	e.backbone.Across(sum)
	if e.norm != nil {
		e.norm.Across = sum
	}
}

// Named lists the tensors behind prefix, in the checkpoint's order.
func (e *Encoder) Named(prefix string) []nn.Entry {
	entries := append(e.backbone.Named(prefix+"backbone."), e.projection.Named(prefix+"projection.")...)
	if e.norm != nil {
		entries = append(entries, e.norm.Named(prefix+"norm.")...)
	}
	return entries
}
