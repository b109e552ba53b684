package captioner

import (
	"fmt"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// backboneFeatures is the number of channels that ResNet-18 ends with.
const backboneFeatures = 512

// resNet18 is He et al. 2016, table 1, 18 layers, without its average pooling
// and classifier, with torchvision's names.
type resNet18 struct {
	conv1  *nn.Conv2d
	bn1    *nn.BatchNorm
	layers [4][2]*basicBlock
	fine   bool // layer3's channels stand before layer4's
}

// basicBlock is He et al. 2016, figure 5 left: two 3×3 convolutions beside a
// shortcut, which is projected where size or channels change.
type basicBlock struct {
	conv1, conv2 *nn.Conv2d
	bn1, bn2     *nn.BatchNorm
	shortcut     *nn.Conv2d // nil for the identity
	shortcutNorm *nn.BatchNorm
}

// newResNet18 returns a backbone that ends with the channels of so many layers,
// a value of Config.Layers.
func newResNet18(s *torch.Scope, layers string) *resNet18 {
	r := &resNet18{
		fine:  layers == checkpoint.Layers34,
		conv1: nn.NewConv2d(s, 3, 64, 7, nn.ConvOptions{Stride: 2, Padding: 3}),
		bn1:   nn.NewBatchNorm(s, 64),
	}
	in := 64
	for i := range r.layers {
		out, stride := 64<<i, min(i+1, 2)
		r.layers[i] = [2]*basicBlock{newBasicBlock(s, in, out, stride), newBasicBlock(s, out, out, 1)}
		in = out
	}
	r.initialise(s)
	return r
}

func newBasicBlock(s *torch.Scope, in, out, stride int) *basicBlock {
	b := &basicBlock{
		conv1: nn.NewConv2d(s, in, out, 3, nn.ConvOptions{Stride: stride, Padding: 1}),
		bn1:   nn.NewBatchNorm(s, out),
		conv2: nn.NewConv2d(s, out, out, 3, nn.ConvOptions{Stride: 1, Padding: 1}),
		bn2:   nn.NewBatchNorm(s, out),
	}
	if stride != 1 || in != out {
		b.shortcut = nn.NewConv2d(s, in, out, 1, nn.ConvOptions{Stride: stride})
		b.shortcutNorm = nn.NewBatchNorm(s, out)
	}
	return b
}

// initialise draws every convolution's weights as torchvision does, in the
// order of its modules.
func (r *resNet18) initialise(s *torch.Scope) {
	draw := func(c *nn.Conv2d) { nn.KaimingNormalFanOut(s, c.Weight) }
	draw(r.conv1)
	for _, layer := range r.layers {
		for _, block := range layer {
			draw(block.conv1)
			draw(block.conv2)
			if block.shortcut != nil {
				draw(block.shortcut)
			}
		}
	}
}

// BackboneLayers is the number of layers behind the stem of a ResNet.
const BackboneLayers = 4

// below maps normalised pictures (N, 3, S, S) through the stem and the first
// layers, none to all of them, as above where it is all.
func (r *resNet18) below(s *torch.Scope, x *torch.Tensor, layers int, mode nn.Mode) *torch.Tensor {
	x = s.Within(func(s *torch.Scope) []*torch.Tensor {
		x := r.bn1.Forward(s, r.conv1.Forward(s, x), mode).ReLUInPlace(s)
		return []*torch.Tensor{x.MaxPool2D(s, 3, 2, 1)}
	})[0]
	if layers < BackboneLayers {
		return through(s, x, r.layers[:layers], mode)
	}
	return r.above(s, x, 0, mode)
}

// above maps what below returned to layer4's channels, (N, 512, S/32, S/32)
// rounded up; or, with layer3's before them, (N, 768, S/16, S/16).
func (r *resNet18) above(s *torch.Scope, x *torch.Tensor, layers int, mode nn.Mode) *torch.Tensor {
	if layers == BackboneLayers {
		return x
	}
	if !r.fine {
		return through(s, x, r.layers[layers:], mode)
	}
	third := through(s, x, r.layers[layers:BackboneLayers-1], mode)
	last := through(s, third, r.layers[BackboneLayers-1:], mode)
	return torch.Cat(s, 1, third, enlarge(s, last, third.Dim(2), third.Dim(3)))
}

func through(s *torch.Scope, x *torch.Tensor, layers [][2]*basicBlock, mode nn.Mode) *torch.Tensor {
	for _, layer := range layers {
		for _, block := range layer {
			x = block.forward(s, x, mode)
		}
	}
	return x
}

func (b *basicBlock) forward(s *torch.Scope, x *torch.Tensor, mode nn.Mode) *torch.Tensor {
	return s.Within(func(s *torch.Scope) []*torch.Tensor {
		y := b.bn1.Forward(s, b.conv1.Forward(s, x), mode).ReLUInPlace(s)
		y = b.bn2.Forward(s, b.conv2.Forward(s, y), mode)
		if b.shortcut != nil {
			x = b.shortcutNorm.Forward(s, b.shortcut.Forward(s, x), mode)
		}
		return []*torch.Tensor{y.AddInPlace(s, x).ReLUInPlace(s)}
	})[0]
}

// Named lists the tensors with torchvision's names, each behind prefix.
func (r *resNet18) Named(prefix string) []nn.Entry {
	entries := append(r.conv1.Named(prefix+"conv1."), r.bn1.Named(prefix+"bn1.")...)
	for i, layer := range r.layers {
		for j, block := range layer {
			entries = append(entries, block.named(fmt.Sprintf("%slayer%d.%d.", prefix, i+1, j))...)
		}
	}
	return entries
}

func (b *basicBlock) named(prefix string) []nn.Entry {
	entries := append(b.conv1.Named(prefix+"conv1."), b.bn1.Named(prefix+"bn1.")...)
	entries = append(entries, b.conv2.Named(prefix+"conv2.")...)
	entries = append(entries, b.bn2.Named(prefix+"bn2.")...)
	if b.shortcut != nil {
		entries = append(entries, b.shortcut.Named(prefix+"downsample.0.")...)
		entries = append(entries, b.shortcutNorm.Named(prefix+"downsample.1.")...)
	}
	return entries
}
