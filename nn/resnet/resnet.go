// Package resnet holds the residual networks of He et al. 2016, "Deep Residual
// Learning for Image Recognition", of 18 to 152 layers, without their average
// pooling and classifier, with torchvision's names of tensors, which are timm's
// too.
//
// Another network of the family is a line in depths.go.
package resnet

import (
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// ResNet is a network: a stem, and four layers of residual blocks.
type ResNet struct {
	depth  depth
	stem   *convNorm
	layers [Layers][]*residual
}

// convNorm is a convolution and the BatchNorm behind it.
type convNorm struct {
	conv
	weights *nn.Conv2d
	norm    *nn.BatchNorm
	folded  *torch.PackedConv2D // both in Eval, where they are joined
	dtype   torch.DType         // of folded's products
}

// residual is a block with its tensors.
type residual struct {
	prefix   string
	convs    []*convNorm
	shortcut *convNorm // nil for the identity
}

// New returns a network of a name that Names lists, drawn as torchvision does;
// s owns its tensors.
func New(s *torch.Scope, name string) (*ResNet, error) {
	d, err := depthOf(name)
	if err != nil {
		return nil, err
	}
	r := &ResNet{depth: d, stem: newConvNorm(s, stem)}
	for i, blocks := range d.layout() {
		for _, b := range blocks {
			r.layers[i] = append(r.layers[i], newResidual(s, b))
		}
	}
	r.initialise(s)
	return r, nil
}

func newConvNorm(s *torch.Scope, c conv) *convNorm {
	return &convNorm{
		conv:    c,
		weights: nn.NewConv2d(s, c.in, c.out, c.kernel, nn.ConvOptions{Stride: c.stride, Padding: c.kernel / 2}),
		norm:    nn.NewBatchNorm(s, c.out),
	}
}

func newResidual(s *torch.Scope, b block) *residual {
	made := &residual{prefix: b.prefix}
	for _, c := range b.convs {
		made.convs = append(made.convs, newConvNorm(s, c))
	}
	if b.shortcut != nil {
		made.shortcut = newConvNorm(s, *b.shortcut)
	}
	return made
}

// all lists the convolutions of a block in the order of torchvision's modules.
func (b *residual) all() []*convNorm {
	if b.shortcut == nil {
		return b.convs
	}
	return append(b.convs[:len(b.convs):len(b.convs)], b.shortcut)
}

// initialise draws every convolution's weights as torchvision does, in the
// order of its modules.
func (r *ResNet) initialise(s *torch.Scope) {
	nn.KaimingNormalFanOut(s, r.stem.weights.Weight)
	for _, layer := range r.layers {
		for _, b := range layer {
			for _, c := range b.all() {
				nn.KaimingNormalFanOut(s, c.weights.Weight)
			}
		}
	}
}

// Stem maps normalised pictures (N, 3, S, S) to what layer 1 takes, (N, 64,
// S/4, S/4).
func (r *ResNet) Stem(s *torch.Scope, x *torch.Tensor, mode nn.Mode) *torch.Tensor {
	return s.Within(func(s *torch.Scope) []*torch.Tensor {
		if folded := r.stem.folded; folded != nil && mode == nn.Eval {
			return []*torch.Tensor{folded.ForwardReLUMaxPool(s, x)}
		}
		return []*torch.Tensor{r.stem.forward(s, x, mode).ReLUInPlace(s).MaxPool2D(s, 3, 2, 1)}
	})[0]
}

// Through maps what layer from, 0 for the stem, put out to what layer to puts
// out. Layer 4 ends with (N, C, S/32, S/32), rounded up, C as Channels says;
// each layer before has half the channels, and sides twice as long.
func (r *ResNet) Through(s *torch.Scope, x *torch.Tensor, from, to int, mode nn.Mode) *torch.Tensor {
	for _, layer := range r.layers[from:to] {
		for i, b := range layer {
			x = b.forward(s, x, mode, i > 0)
		}
	}
	return x
}

func (c *convNorm) forward(s *torch.Scope, x *torch.Tensor, mode nn.Mode) *torch.Tensor {
	return c.norm.Forward(s, c.weights.Forward(s, x), mode)
}

// forward is the block of x, of which it may make use where own: where nobody
// else reads it.
func (b *residual) forward(s *torch.Scope, x *torch.Tensor, mode nn.Mode, own bool) *torch.Tensor {
	return s.Within(func(s *torch.Scope) []*torch.Tensor {
		if b.convs[0].folded != nil && mode == nn.Eval {
			return []*torch.Tensor{b.forwardFolded(s, x, own)}
		}
		y, last := x, len(b.convs)-1
		for _, c := range b.convs[:last] {
			y = c.forward(s, y, mode).ReLUInPlace(s)
		}
		y = b.convs[last].forward(s, y, mode)
		if b.shortcut != nil {
			x = b.shortcut.forward(s, x, mode)
		}
		return []*torch.Tensor{y.AddInPlace(s, x).ReLUInPlace(s)}
	})[0]
}

// Across gives every BatchNorm what sums over the processes that share a batch.
func (r *ResNet) Across(sum func(*torch.Scope, *torch.Tensor) *torch.Tensor) {
	r.stem.norm.Across = sum
	for _, layer := range r.layers {
		for _, b := range layer {
			for _, c := range b.all() {
				c.norm.Across = sum
			}
		}
	}
}

// Named lists the tensors with torchvision's names, each behind prefix.
func (r *ResNet) Named(prefix string) []nn.Entry {
	entries := r.stem.named(prefix)
	for _, layer := range r.layers {
		for _, b := range layer {
			for _, c := range b.all() {
				entries = append(entries, c.named(prefix+b.prefix)...)
			}
		}
	}
	return entries
}

func (c *convNorm) named(prefix string) []nn.Entry {
	return append(c.weights.Named(prefix+c.conv.name+"."), c.norm.Named(prefix+c.conv.norm+".")...)
}
