package nn

import (
	"math"
	"testing"

	"github.com/seetell/seetell/torch"
)

func TestFoldConv2d(t *testing.T) {
	for _, bias := range []bool{false, true} {
		err := torch.NoGrad(func(s *torch.Scope) error {
			if err := torch.ManualSeed(1); err != nil {
				return err
			}
			c := NewConv2d(s, 4, 6, 3, ConvOptions{Stride: 2, Padding: 1, Bias: bias})
			b := NewBatchNorm(s, 6)
			for _, x := range []*torch.Tensor{b.Weight, b.Bias, b.RunningMean, b.RunningVariance} {
				x.Uniform(s, .5, 2)
			}
			x := torch.Empty(s, torch.Float32, torch.CPU, 2, 4, 9, 9)
			x.Uniform(s, -1, 1)
			want := b.Forward(s, c.Forward(s, x), Eval).Float32s(s)
			got := FoldConv2d(s, c, b, torch.Float32, x.Shape()...).Forward(s, x).Float32s(s)
			for i := range want {
				if math.Abs(float64(got[i]-want[i])) > 1e-5 {
					t.Fatalf("bias %v, element %d: %v, want %v", bias, i, got[i], want[i])
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
