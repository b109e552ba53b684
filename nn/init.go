package nn

import (
	"math"

	"github.com/seetell/seetell/torch"
)

// newParameter returns a float32 tensor on the CPU that wants a gradient.
func newParameter(s *torch.Scope, shape ...int64) *torch.Tensor {
	x := torch.Empty(s, torch.Float32, torch.CPU, shape...)
	x.RequiresGrad(s, true)
	return x
}

// uniform returns a parameter drawn from (−bound, bound).
func uniform(s *torch.Scope, bound float64, shape ...int64) *torch.Tensor {
	x := newParameter(s, shape...)
	x.Uniform(s, -bound, bound)
	return x
}

// kaimingUniform returns a weight as torch.nn.Linear and Conv2d draw theirs:
// He et al. 2015, "Delving Deep into Rectifiers", section 2.2, with a = √5.
// The bound is computed in PyTorch's own steps, for the same rounding.
func kaimingUniform(s *torch.Scope, fanIn int, shape ...int64) *torch.Tensor {
	gain := math.Sqrt(2 / (1 + math.Pow(math.Sqrt(5), 2)))
	return uniform(s, math.Sqrt(3)*(gain/math.Sqrt(float64(fanIn))), shape...)
}

// biasBound is the bound of the biases of torch.nn.Linear and Conv2d.
func biasBound(fanIn int) float64 { return 1 / math.Sqrt(float64(fanIn)) }

// KaimingNormalFanOut draws the weight of a convolution anew from a normal
// distribution of mean 0 and variance 2 / (output channels · kernel places),
// as torchvision's ResNet does: He et al. 2015, section 2.2, backward case.
func KaimingNormalFanOut(s *torch.Scope, weight *torch.Tensor) {
	fanOut := float64(weight.Dim(0) * weight.Dim(2) * weight.Dim(3))
	weight.Normal(s, 0, math.Sqrt(2)/math.Sqrt(fanOut))
}
