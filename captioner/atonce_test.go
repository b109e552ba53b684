package captioner

import (
	"math"
	"testing"

	"github.com/seetell/seetell/torch"
)

// TestAtOnce compares all steps in one call with a step after another: the
// loss and each parameter's gradient, captions of different lengths.
func TestAtOnce(t *testing.T) {
	t.Run("plain", func(t *testing.T) { atOnce(t, LossOptions{Precision: PrecisionFloat32, Attention: 1}) })
	t.Run("deep", func(t *testing.T) {
		atOnce(t, LossOptions{Precision: PrecisionFloat32, Attention: 1, Detection: .1, Guide: 1, GuideTemperature: .5, LabelSmoothing: .1}, deep)
	})
}

func atOnce(t *testing.T, how LossOptions, change ...func(*Config)) {
	err := torch.Run(func(s *torch.Scope) error {
		n, v, x := small(t, s, change...)
		for _, entry := range n.Named() {
			if entry.Trainable {
				entry.Tensor.RequiresGrad(s, true)
			}
		}
		if how.Guide > 0 {
			how.Detector = detector(t, n, .5)
		}
		targets := NewTargets(v, [][]string{{"a dog runs", "dog"}, {"a cat", "a dog runs a dog"}}, 28)
		learn := func(stepwise bool) (loss float64, gradients [][]float32) {
			n.Decoder.stepwise = stepwise
			_, features := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
			total := n.Loss(s, features, targets, how)
			total.Backward(s)
			for _, entry := range n.Named() {
				if entry.Trainable {
					gradients = append(gradients, entry.Tensor.Grad(s).Float32s(s))
					entry.Tensor.ZeroGrad(s)
				}
			}
			return total.Item(s), gradients
		}
		loss, got := learn(false)
		want, wanted := learn(true)
		if math.Abs(loss-want) > 1e-5*want {
			t.Errorf("loss %v, want %v", loss, want)
		}
		i := 0
		for _, entry := range n.Named() {
			if !entry.Trainable {
				continue
			}
			gap, most := 0.0, 1e-3 // below which a gradient is rounding
			for k := range wanted[i] {
				gap, most = max(gap, math.Abs(float64(got[i][k]-wanted[i][k]))), max(most, math.Abs(float64(wanted[i][k])))
			}
			if shifts := entry.Name == "decoder.attention.score.bias"; gap > 1e-5*most && !shifts { // a softmax takes no shift
				t.Errorf("gradient of %s: apart by %.1e of the largest", entry.Name, gap/most)
			}
			i++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
