package captioner

import (
	"math"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch"
)

// TestFixedTargets: padded captions have the loss and the gradients of captions
// without padding, also those of a batch that fills the room less than the one
// before.
func TestFixedTargets(t *testing.T) {
	c := DefaultConfig()
	c.Grid, c.Features, c.Embedding, c.Hidden, c.Attention, c.Output = 2, 12, 10, 14, 9, checkpoint.OutputDeep
	n, v := numbered(t, c, 9)
	scope := torch.NewScope()
	defer scope.Close()
	fixed := n.NewFixedTargets(scope, 2, 8, 12)
	for _, entry := range n.Named() {
		if entry.Trainable {
			entry.Tensor.RequiresGrad(scope, true)
		}
	}
	batches := [][][]string{
		{{"w1 w2 w3 w4 w5 w6 w7 w8 w0 w1 w2", "w3"}, {"w5 w6 w7", "w8 w8", "w1"}},
		{{"w4 w3"}, {"w2 w2 w2 w2 w1 w7"}},
	}
	for i, captions := range batches {
		for _, smoothing := range []float64{0, .1} {
			targets := NewTargets(v, captions, 28)
			lossOf := func(t Targets) (loss float64, gradients []float32) {
				err := torch.Run(func(s *torch.Scope) error {
					features := torch.Empty(s, torch.Float32, torch.CPU, 2, 4, 12)
					torch.ManualSeed(3)
					features.Uniform(s, -1, 1)
					features.RequiresGrad(s, true)
					x := n.Loss(s, features, t, LossOptions{Precision: PrecisionFloat32, LabelSmoothing: smoothing})
					x.Backward(s)
					loss = x.Item(s)
					gradients = features.Grad(s).Float32s(s)
					for _, entry := range n.Decoder.Named("") {
						gradients = append(gradients, entry.Tensor.Grad(s).Float32s(s)...)
						entry.Tensor.ZeroGrad(s)
					}
					return nil
				})
				if err != nil {
					panic(err)
				}
				return loss, gradients
			}
			want, gradients := lossOf(targets)
			fixed.Set(scope, targets)
			if err := scope.Err(); err != nil {
				t.Fatal(err)
			}
			got, padded := lossOf(fixed.Targets())
			gap, largest := 0., 0.
			for j := range gradients {
				gap = max(gap, math.Abs(float64(padded[j]-gradients[j])))
				largest = max(largest, math.Abs(float64(gradients[j])))
			}
			if math.Abs(got-want) > 1e-6*want || len(padded) != len(gradients) || !(gap <= 1e-5*largest) {
				t.Errorf("batch %d, smoothing %v: loss %v, want %v; gradients apart by %.1g of %.1g", i, smoothing, got, want, gap, largest)
			}
		}
	}
}

// TestFixedTargetsRefuse says what there is no room for, and what is no loss of
// words alone.
func TestFixedTargetsRefuse(t *testing.T) {
	n, v := numbered(t, DefaultConfig(), 3)
	for want, mistake := range map[string]func(s *torch.Scope, f *FixedTargets){
		"3 captions of up to 2 words": func(s *torch.Scope, f *FixedTargets) {
			f.Set(s, NewTargets(v, [][]string{{"w1", "w1", "w2"}}, 9))
		},
		"up to 4 words": func(s *torch.Scope, f *FixedTargets) { f.Set(s, NewTargets(v, [][]string{{"w1 w2 w0"}}, 9)) },
		"a caption of picture 1": func(s *torch.Scope, f *FixedTargets) {
			f.Set(s, NewTargets(v, [][]string{{"w1"}, {"w2"}}, 9))
		},
		"fixed targets of 1 pictures": func(s *torch.Scope, f *FixedTargets) {
			n.Logits(s, torch.Ones(s, torch.Float32, torch.CPU, 2, 4, int64(n.Config.Features)), f.Targets(), LossOptions{})
		},
		"words alone": func(s *torch.Scope, f *FixedTargets) {
			f.Set(s, NewTargets(v, [][]string{{"w1"}}, 9))
			n.Loss(s, torch.Ones(s, torch.Float32, torch.CPU, 1, 4, int64(n.Config.Features)), f.Targets(), LossOptions{Attention: 1})
		},
	} {
		err := torch.Run(func(s *torch.Scope) error {
			mistake(s, n.NewFixedTargets(s, 1, 2, 3))
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
}
