package nn

import "github.com/seetell/seetell/torch"

// ConvOptions are the options of NewConv2d. A Stride of 0 is 1.
type ConvOptions struct {
	Stride, Padding int
	Bias            bool
}

// Conv2d is torch.nn.Conv2d with a square kernel.
type Conv2d struct {
	Weight *torch.Tensor // (out, in, kernel, kernel)
	Bias   *torch.Tensor // (out), or nil

	options torch.Conv2DOptions
}

// NewConv2d returns a convolution from in to out channels, drawn as PyTorch
// does.
func NewConv2d(s *torch.Scope, in, out, kernel int, o ConvOptions) *Conv2d {
	fanIn := in * kernel * kernel
	c := &Conv2d{
		Weight:  kaimingUniform(s, fanIn, int64(out), int64(in), int64(kernel), int64(kernel)),
		options: torch.Conv2DOptions{Stride: both(max(o.Stride, 1)), Padding: both(o.Padding)},
	}
	if o.Bias {
		c.Bias = uniform(s, biasBound(fanIn), int64(out))
	}
	return c
}

// both returns n for height and width.
func both(n int) [2]int64 { return [2]int64{int64(n), int64(n)} }

// Forward maps (N, in, H, W) to (N, out, H', W').
func (c *Conv2d) Forward(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	return x.Conv2D(s, c.Weight, c.Bias, c.options)
}

// Named lists weight and bias.
func (c *Conv2d) Named(prefix string) []Entry {
	return append(parameter(prefix+"weight", &c.Weight), parameter(prefix+"bias", &c.Bias)...)
}
