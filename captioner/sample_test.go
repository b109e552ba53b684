package captioner

import (
	"context"
	"math"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// TestSampleFollowsTheDecoder draws many captions and compares how often each
// word stands first with the decoder's probability of it.
func TestSampleFollowsTheDecoder(t *testing.T) {
	const count = 4000
	err := torch.NoGrad(func(s *torch.Scope) error {
		n, v, x := small(t, s)
		n.Decoder.output.Weight.ScaleInPlace(s, 8) // probabilities that differ
		_, features := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
		logits := n.Logits(s, features, NewTargets(v, [][]string{{""}, {""}}, 28), LossOptions{Precision: PrecisionFloat32})
		want := logits.Add(s, n.Decoder.bannedMask(s, logits)).Softmax(s, 1).Float32s(s)
		drawn := n.Sample(s, features, count, 6, PrecisionFloat32)
		for picture := range 2 {
			said := make([]float64, v.Len())
			for _, caption := range drawn[picture*count : (picture+1)*count] {
				said[caption[0]]++
			}
			for word, times := range said {
				p := float64(want[picture*v.Len()+word])
				if bound := 5*math.Sqrt(p*(1-p)/count) + 1e-9; math.Abs(times/count-p) > bound {
					t.Errorf("picture %d: %q stands first in %.4f of the captions, want %.4f within %.4f", picture, v.Word(word), times/count, p, bound)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSampleDropsWhatEnded: where one word is as good as certain, what is drawn
// is what a search of width 1 finds, also behind captions that end sooner.
func TestSampleDropsWhatEnded(t *testing.T) {
	t.Run("plain", func(t *testing.T) { sampleDropsWhatEnded(t) })
	t.Run("deep", func(t *testing.T) { sampleDropsWhatEnded(t, deep) })
}

func sampleDropsWhatEnded(t *testing.T, change ...func(*Config)) {
	err := torch.NoGrad(func(s *torch.Scope) error {
		n, v, _ := small(t, s, change...)
		n.Decoder.output.Weight.ScaleInPlace(s, 1e6)
		features := torch.Empty(s, torch.Float32, torch.CPU, 64, int64(n.Config.Places()), int64(n.Config.Features))
		features.Uniform(s, -3, 3)
		found, err := n.Search(context.Background(), s, features, v, Beam{Width: 1, Best: 1, MaxWords: 12}, PrecisionFloat32)
		if err != nil {
			return err
		}
		lengths := map[int]bool{}
		for i, caption := range n.Sample(s, features, 2, 12, PrecisionFloat32) {
			want := found[i/2][0]
			var words []string
			for _, word := range caption {
				if word != checkpoint.End {
					words = append(words, v.Word(int(word)))
				}
			}
			if got := v.Join(words); got != want.Text {
				t.Errorf("caption %d is %q, want %q", i, got, want.Text)
			}
			lengths[len(caption)] = true
		}
		if len(lengths) < 3 {
			t.Errorf("lengths %v, want several", lengths)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSampleEnds(t *testing.T) {
	err := torch.NoGrad(func(s *torch.Scope) error {
		n, _, x := small(t, s)
		_, features := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
		lengths := map[int]bool{}
		for _, caption := range n.Sample(s, features, 50, 4, PrecisionFloat32) {
			lengths[len(caption)] = true
			for i, word := range caption {
				if word == checkpoint.Pad || word == checkpoint.Start || word == checkpoint.Unknown {
					t.Errorf("%v holds a word that is not to be said", caption)
				}
				if word == checkpoint.End && i != len(caption)-1 {
					t.Errorf("%v goes on behind its end", caption)
				}
			}
			if len(caption) < 4 && caption[len(caption)-1] != checkpoint.End {
				t.Errorf("%v neither ends nor has 4 words", caption)
			}
		}
		if !lengths[1] || !lengths[4] || lengths[5] {
			t.Errorf("lengths %v, want 1 to 4", lengths)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPolicyLoss compares the loss of two captions with the sum by hand.
func TestPolicyLoss(t *testing.T) {
	err := torch.Run(func(s *torch.Scope) error {
		n, _, x := small(t, s)
		_, features := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
		features = features.Detach(s)
		targets := SampledTargets([][]int64{{4, 5, checkpoint.End}, {6, checkpoint.End}}, 1)
		how := LossOptions{Precision: PrecisionFloat32}
		logits := n.Logits(s, features, targets, how)
		logp := logits.Add(s, n.Decoder.bannedMask(s, logits)).LogSoftmax(s, 1)
		words := n.VocabularySize
		at := func(row, word int) float64 { return float64(logp.Float32s(s)[row*words+word]) }
		// Rows are steps, then captions: 4 6 | 5 <end> | <end>.
		want := -(2*(at(0, 4)+at(2, 5)+at(4, checkpoint.End)) - .5*(at(1, 6)+at(3, checkpoint.End))) / 5
		if got := n.PolicyLoss(s, features, targets, []float64{2, -.5}, how).Item(s); math.Abs(got-want) > 1e-6 {
			t.Errorf("loss %v, want %v", got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFrozenLayers: freezing changes no feature, stops the gradient at the
// layer named, and what FrozenFeatures returns leads to the same features.
func TestFrozenLayers(t *testing.T) {
	err := torch.Run(func(s *torch.Scope) error {
		n, _, x := small(t, s)
		_, want := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
		for frozen := 1; frozen <= BackboneLayers; frozen++ {
			for _, entry := range n.Named() {
				entry.Tensor.ZeroGrad(s)
			}
			modes := Modes{Backbone: nn.Eval, Norm: nn.Eval, Frozen: frozen}
			_, features := n.EncodeFrom(s, n.FrozenFeatures(s, x, frozen, PrecisionFloat32), modes, PrecisionFloat32)
			if gap := features.Sub(s, want).Abs(s).Sum(s).Item(s); gap != 0 {
				t.Errorf("%d layers frozen: features differ by %v", frozen, gap)
			}
			features.Sum(s).Backward(s)
			for name, learns := range map[string]bool{
				"encoder.backbone.conv1.weight": false, "encoder.backbone.layer1.1.conv2.weight": false,
				"encoder.backbone.layer2.0.conv1.weight": frozen < 2, "encoder.backbone.layer4.1.bn2.bias": frozen < 4,
				"encoder.projection.weight": true,
			} {
				if got := gradient(s, n, name) != nil; got != learns {
					t.Errorf("%d layers frozen: %s has a gradient: %v, want %v", frozen, name, got, learns)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func gradient(s *torch.Scope, n *Network, name string) *torch.Tensor {
	for _, entry := range n.Named() {
		if entry.Name == name {
			return entry.Tensor.Grad(s)
		}
	}
	return nil
}
