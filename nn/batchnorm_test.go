package nn

import (
	"math"
	"testing"

	"github.com/seetell/seetell/torch"
)

// TestBatchNormAcross holds the way over processes, here one, to libtorch's own:
// output, gradients and running statistics.
func TestBatchNormAcross(t *testing.T) {
	for _, shape := range [][]int64{{6, 3}, {2, 3, 4, 4}} {
		var plain, across [][]float32
		for _, got := range []struct {
			all *[][]float32
			sum func(*torch.Scope, *torch.Tensor) *torch.Tensor
		}{{&plain, nil}, {&across, func(_ *torch.Scope, x *torch.Tensor) *torch.Tensor { return x }}} {
			err := torch.Run(func(s *torch.Scope) error {
				b := NewBatchNorm(s, 3)
				b.Across = got.sum
				x := torch.Arange(s, numel(shape), torch.CPU).To(s, torch.Float32).Reshape(s, shape...)
				x = x.Mul(s, x).MulScalar(s, .01).Detach(s).RequiresGrad(s, true)
				y := b.Forward(s, x, Train)
				y.Mul(s, y).Mul(s, y).Sum(s).Backward(s)
				for _, z := range []*torch.Tensor{y, x.Grad(s), b.Weight.Grad(s), b.Bias.Grad(s), b.RunningMean, b.RunningVariance} {
					*got.all = append(*got.all, z.Detach(s).Float32s(s))
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range plain {
			for j, want := range plain[i] {
				if math.Abs(float64(across[i][j]-want)) > 1e-4*(1+math.Abs(float64(want))) {
					t.Fatalf("shape %v, part %d: %v, want %v", shape, i, across[i], plain[i])
				}
			}
		}
	}
}

func numel(shape []int64) int64 {
	n := int64(1)
	for _, side := range shape {
		n *= side
	}
	return n
}
