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

	// Across sums a tensor over the processes that share a batch, and gradients
	// on the way back, so that Train takes the statistics of all of it, of which
	// a process may hold nothing; nil for one process.
	Across func(s *torch.Scope, x *torch.Tensor) *torch.Tensor
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
	if mode == Train && b.Across != nil {
		return b.across(s, x)
	}
	if mode == Train {
		if x.Numel() == x.Dim(1) {
			s.Fail(fmt.Errorf("batch norm: shape %v has one value for each channel, whose variance is unknown: give a larger batch", x.Shape()))
		}
		b.BatchesTracked.AddInPlace(s, torch.Ones(s, torch.Int64, b.BatchesTracked.Device()))
	}
	return x.BatchNorm(s, b.Weight, b.Bias, b.RunningMean, b.RunningVariance, mode == Train, batchNormMomentum, batchNormEps)
}

// across is Forward in Train of the processes' whole batch.
func (b *BatchNorm) across(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	return s.Within(func(s *torch.Scope) []*torch.Tensor {
		rows, back := channelsOf(s, x)
		channels := rows.Dim(1)
		own := torch.Full(s, float64(rows.Dim(0)), torch.Float32, x.Device(), 1)
		sums := b.Across(s, torch.Cat(s, 0, rows.Sum(s, 0), own))
		count := sums.Narrow(s, 0, channels, 1).Detach(s).Item(s)
		if count <= 1 {
			s.Fail(fmt.Errorf("batch norm: the batch of all processes has %v values for each channel, whose variance is unknown: give a larger batch", count))
		}
		mean := sums.Narrow(s, 0, 0, channels).MulScalar(s, 1/count)
		centred := rows.Sub(s, mean)
		variance := b.Across(s, centred.Mul(s, centred).Sum(s, 0)).MulScalar(s, 1/count)
		b.follow(s, mean, variance.MulScalar(s, count/(count-1)))
		y := centred.Mul(s, variance.AddScalar(s, batchNormEps).Pow(s, -.5)).Mul(s, b.Weight).Add(s, b.Bias)
		return []*torch.Tensor{back(s, y).To(s, x.DType())}
	})[0]
}

// follow moves the running statistics towards a batch's.
func (b *BatchNorm) follow(s *torch.Scope, mean, variance *torch.Tensor) {
	s.WithinNoGrad(func(s *torch.Scope) []*torch.Tensor {
		b.RunningMean.LerpInPlace(s, mean.Detach(s), batchNormMomentum)
		b.RunningVariance.LerpInPlace(s, variance.Detach(s), batchNormMomentum)
		b.BatchesTracked.AddInPlace(s, torch.Ones(s, torch.Int64, b.BatchesTracked.Device()))
		return nil
	})
}

// channelsOf returns x, (N, C) or (N, C, H, W), as float32 rows of C channels,
// and what gives such rows x's shape again.
func channelsOf(s *torch.Scope, x *torch.Tensor) (rows *torch.Tensor, back func(*torch.Scope, *torch.Tensor) *torch.Tensor) {
	shape := x.Shape()
	rows = x.To(s, torch.Float32)
	if len(shape) != 4 {
		return rows, func(_ *torch.Scope, y *torch.Tensor) *torch.Tensor { return y }
	}
	rows = rows.Permute(s, 0, 2, 3, 1).Reshape(s, shape[0]*shape[2]*shape[3], shape[1])
	return rows, func(s *torch.Scope, y *torch.Tensor) *torch.Tensor {
		return y.Reshape(s, shape[0], shape[2], shape[3], shape[1]).Permute(s, 0, 3, 1, 2)
	}
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
