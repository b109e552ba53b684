package nn

import (
	"fmt"

	"github.com/seetell/seetell/torch"
)

// The defaults of torch.nn.BatchNorm.
const (
	batchNormMomentum = .1
	batchNormEps      = 1e-5
)

// BatchNorm is torch.nn.BatchNorm1d over (N, C) and BatchNorm2d over
// (N, C, H, W): Ioffe and Szegedy 2015, algorithm 1, then weight and bias.
type BatchNorm struct {
	Weight, Bias                 *torch.Tensor // (C)
	RunningMean, RunningVariance *torch.Tensor // (C)
	BatchesTracked               *torch.Tensor // int64, of no dimensions
}

// NewBatchNorm returns a layer over features channels.
func NewBatchNorm(s *torch.Scope, features int) *BatchNorm {
	n := int64(features)
	b := &BatchNorm{
		Weight:          torch.Ones(s, torch.Float32, torch.CPU, n),
		Bias:            torch.Zeros(s, torch.Float32, torch.CPU, n),
		RunningMean:     torch.Zeros(s, torch.Float32, torch.CPU, n),
		RunningVariance: torch.Ones(s, torch.Float32, torch.CPU, n),
		BatchesTracked:  torch.Zeros(s, torch.Int64, torch.CPU),
	}
	b.Weight.RequiresGrad(s, true)
	b.Bias.RequiresGrad(s, true)
	return b
}

// Forward normalises each channel of x, the second dimension. In Train it
// does so by the batch's mean and variance, and moves the running ones a
// tenth of the way there; in Eval and Frozen by the running ones.
func (b *BatchNorm) Forward(s *torch.Scope, x *torch.Tensor, mode Mode) *torch.Tensor {
	if mode == Train {
		if x.Numel() == x.Dim(1) {
			s.Fail(fmt.Errorf("batch norm: shape %v has one value for each channel, whose variance is unknown: give a larger batch", x.Shape()))
		}
		b.BatchesTracked.AddInPlace(s, torch.Ones(s, torch.Int64, b.BatchesTracked.Device()))
	}
	return x.BatchNorm(s, b.Weight, b.Bias, b.RunningMean, b.RunningVariance, mode == Train, batchNormMomentum, batchNormEps)
}

// Named lists weight, bias and the running statistics.
func (b *BatchNorm) Named(prefix string) []Entry {
	return append(append(parameter(prefix+"weight", &b.Weight), parameter(prefix+"bias", &b.Bias)...),
		buffer(prefix+"running_mean", &b.RunningMean),
		buffer(prefix+"running_var", &b.RunningVariance),
		buffer(prefix+tracked, &b.BatchesTracked))
}

// tracked is PyTorch's name of the count of batches that were trained on.
const tracked = "num_batches_tracked"
