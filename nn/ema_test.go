package nn

import (
	"strings"
	"testing"

	"github.com/seetell/seetell/torch"
)

// TestAverage follows two updates by hand, exchanges and exchanges back.
func TestAverage(t *testing.T) {
	run(t, func(s *torch.Scope) {
		norm := NewBatchNorm(s, 1) // weight 1, bias 0
		a := NewEMA(norm.Named(""), .75)
		defer a.Close()
		for i, v := range []float64{5, 9} {
			norm.Weight.FillInPlace(s, v)
			norm.RunningMean.FillInPlace(s, v)
			norm.BatchesTracked.FillInPlace(s, v)
			a.Update(s, []int{8, 99}[i]) // keeps 9/18, then .75
		}
		check := func(when string, weight, mean, batches float64) {
			t.Helper()
			for _, test := range []struct {
				x    *torch.Tensor
				want float64
			}{{norm.Weight, weight}, {norm.RunningMean, mean}, {norm.BatchesTracked, batches}} {
				if got := test.x.Item(s); got != test.want {
					t.Errorf("%s: %v, want %v", when, got, test.want)
				}
			}
		}
		a.Swap(s)
		check("average", .75*(.5*1+.5*5)+.25*9, 9, 9) // buffers are copied
		a.Swap(s)
		check("exchanged back", 9, 9, 9)
		a.Adopt(s)
		check("adopted", .75*(.5*1+.5*5)+.25*9, 9, 9)
		if !norm.Weight.NeedsGrad() {
			t.Error("the weight is no longer trained")
		}
	})
}

// TestAverageState gives a new average an old one's state, and one that does
// not fit.
func TestAverageState(t *testing.T) {
	run(t, func(s *torch.Scope) {
		one, two := newStack(s), newStack(s)
		a, b := NewEMA(one.Named(""), .9), NewEMA(two.Named(""), .9)
		defer a.Close()
		defer b.Close()
		if err := b.SetState(a.State()); err != nil {
			t.Fatal(err)
		}
		for i, p := range b.State() {
			same(t, s, p.Name, p.Tensor, a.State()[i].Tensor)
		}
		if err := b.SetState(a.State()[1:]); err == nil || !strings.Contains(err.Error(), "average of the weights: ") || !strings.Contains(err.Error(), "conv.weight") {
			t.Errorf("SetState: %v", err)
		}
	})
}
