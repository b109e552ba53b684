package resnet

import (
	"math"
	"testing"

	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// TestFold compares features of folded layers with those of the layers as they
// are, and then those once more, undone.
func TestFold(t *testing.T) {
	for _, name := range []string{"resnet18", "resnet50"} {
		for _, test := range []struct {
			dtype     torch.DType
			tolerance float64 // of the largest
		}{{torch.Float32, 1e-5}, {torch.BFloat16, 5e-2}} {
			err := torch.NoGrad(func(s *torch.Scope) error {
				if err := torch.ManualSeed(1); err != nil {
					return err
				}
				if !torch.Packs(s, test.dtype) {
					t.Logf("no packed products in %v on this processor", test.dtype)
					return nil
				}
				r, err := New(s, name)
				if err != nil {
					return err
				}
				for _, entry := range r.Named("") {
					if len(entry.Tensor.Shape()) == 1 {
						entry.Tensor.Uniform(s, .5, 1)
					}
				}
				x := torch.Empty(s, torch.Float32, torch.CPU, 2, 3, 75, 75).ChannelsLast(s)
				x.Uniform(s, -1, 1)
				features := func() []float32 {
					return r.Through(s, r.Stem(s, x, nn.Eval), 0, Layers, nn.Eval).To(s, torch.Float32).Float32s(s)
				}
				want := features()
				undo := r.Fold(s, test.dtype, 2, 75, Layers)
				expectFeatures(t, name, features(), want, test.tolerance)
				stem := r.Stem(s, x, nn.Eval)
				read := stem.To(s, torch.Float32).Float32s(s)
				r.Through(s, stem, 0, Layers, nn.Eval)
				expectFeatures(t, name+", what it read", stem.To(s, torch.Float32).Float32s(s), read, 0)
				undo()
				expectFeatures(t, name+" undone", features(), want, 0)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func expectFeatures(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	var gap, most float64
	for i := range want {
		gap, most = max(gap, math.Abs(float64(got[i]-want[i]))), max(most, math.Abs(float64(want[i])))
	}
	if len(got) != len(want) || !(gap <= tolerance*most) {
		t.Errorf("%s: apart by %.2g of the largest, %.2g allowed", what, gap/most, tolerance)
	}
}
