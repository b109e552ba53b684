package resnet

import (
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// Fold joins the convolutions of the stem and the first layers with their
// BatchNorms, for Eval of about that many pictures of size × size pixels with
// products in dtype, and returns what undoes it. In between those layers'
// weights must not change; they take no part in gradients. The scope owns
// copies. Layers that are folded already stay as they are.
func (r *ResNet) Fold(s *torch.Scope, dtype torch.DType, pictures, size int64, layers int) (undo func()) {
	var folded []*convNorm
	fold := func(c *convNorm, side int64) int64 {
		if c.folded == nil {
			packed := nn.FoldConv2d(s, c.weights, c.norm, dtype, pictures, int64(c.in), side, side)
			c.folded, c.dtype = &packed, dtype
			folded = append(folded, c)
		}
		return halved(side, int64(c.stride))
	}
	side := halved(fold(r.stem, size), 2)
	for _, layer := range r.layers[:layers] {
		for _, b := range layer {
			if b.shortcut != nil {
				fold(b.shortcut, side)
			}
			for _, c := range b.convs {
				side = fold(c, side)
			}
		}
	}
	return func() {
		for _, c := range folded {
			c.folded = nil
		}
	}
}

// halved returns the side of what a stride leaves of a side.
func halved(side, stride int64) int64 { return (side + stride - 1) / stride }

// forwardFolded is forward of a block in Eval whose convolutions are folded.
func (b *residual) forwardFolded(s *torch.Scope, x *torch.Tensor, own bool) *torch.Tensor {
	y, last := x.To(s, b.convs[0].dtype), len(b.convs)-1
	x = y
	for _, c := range b.convs[:last] {
		y = c.folded.ForwardReLU(s, y)
	}
	if b.shortcut != nil {
		x, own = b.shortcut.folded.Forward(s, x), true
	}
	if own {
		return b.convs[last].folded.ForwardReLUOnto(s, y, x)
	}
	return b.convs[last].folded.ForwardAddReLU(s, y, x)
}
