package nn

import (
	"errors"

	"github.com/seetell/seetell/torch"
)

// FoldConv2d returns a convolution and the BatchNorm in Eval behind it as one
// convolution, with products in dtype, for inputs of about the given shape:
// BatchNorm's scale is multiplied into the weights, the rest is a bias. What
// it holds are copies, of the scope's. It runs on the CPU, without gradients.
func FoldConv2d(s *torch.Scope, c *Conv2d, b *BatchNorm, dtype torch.DType, input ...int64) torch.PackedConv2D {
	if c == nil || b == nil {
		s.Fail(errors.New("fold a convolution: it or its BatchNorm is nil"))
		return torch.PackedConv2D{}
	}
	scale := b.Weight.Div(s, b.RunningVariance.AddScalar(s, batchNormEps).Sqrt(s))
	bias := b.Bias.Sub(s, b.RunningMean.Mul(s, scale))
	if c.Bias != nil {
		bias = bias.Add(s, c.Bias.Mul(s, scale))
	}
	weight := c.Weight.Mul(s, scale.Reshape(s, -1, 1, 1, 1))
	return torch.PackConv2D(s, weight.To(s, dtype), bias.To(s, dtype), c.options, input...)
}
