package captioner

import (
	"context"
	"os"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/internal/testtensors"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

func TestMain(m *testing.M) {
	os.Exit(testtensors.Run(m))
}

// deep are the choices that the first checkpoints did not have.
func deep(c *Config) {
	c.Output, c.FeatureNorm, c.Layers = checkpoint.OutputDeep, checkpoint.FeatureNormReLU, checkpoint.Layers34
}

// small returns a network with random weights and the pixels of two pictures.
func small(t *testing.T, s *torch.Scope, change ...func(*Config)) (*Network, *Vocabulary, *torch.Tensor) {
	t.Helper()
	if err := torch.ManualSeed(7); err != nil {
		t.Fatal(err)
	}
	v, err := checkpoint.NewVocabulary(checkpoint.WordTokenizer, append(specials[:4:4], "a", "dog", "runs"))
	if err != nil {
		t.Fatal(err)
	}
	c := DefaultConfig()
	c.Grid, c.Features, c.Embedding, c.Hidden, c.Attention = 2, 24, 16, 32, 20
	for _, apply := range change {
		apply(&c)
	}
	n, err := NewNetwork(c, v.Len(), torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	pixels := torch.Empty(s, torch.Float32, torch.CPU, 2, 64, 64, 3)
	pixels.Uniform(s, 0, 255)
	return n, v, Normalise(s, pixels.To(s, torch.Uint8), picture.DefaultPreprocessing())
}

func TestNetworkLearns(t *testing.T) {
	t.Run("plain", func(t *testing.T) { networkLearns(t) })
	t.Run("deep", func(t *testing.T) { networkLearns(t, deep) })
}

func networkLearns(t *testing.T, change ...func(*Config)) {
	err := torch.Run(func(s *torch.Scope) error {
		n, v, x := small(t, s, change...)
		targets := NewTargets(v, [][]string{{"a dog runs", "a dog"}, {"dog"}}, 28)
		_, features := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
		loss := n.Loss(s, features, targets, LossOptions{Precision: PrecisionFloat32, Attention: 1, ScheduledSampling: .5})
		loss.Backward(s)
		if value := loss.Item(s); !(value > 1 && value < 4) {
			t.Errorf("loss %v, want about ln 7 and the attention's penalty", value)
		}
		for _, entry := range n.Named() {
			if entry.Trainable && entry.Tensor.Grad(s) == nil {
				t.Errorf("%s has no gradient", entry.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSearchBatch(t *testing.T) {
	t.Run("plain", func(t *testing.T) { searchBatch(t) })
	t.Run("deep", func(t *testing.T) { searchBatch(t, deep) })
}

func searchBatch(t *testing.T, change ...func(*Config)) {
	err := torch.NoGrad(func(s *torch.Scope) error {
		n, v, x := small(t, s, change...)
		_, features := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
		b := Beam{Width: 3, Best: 3, MaxWords: 6}
		both, err := n.Search(context.Background(), s, features, v, b, PrecisionFloat32)
		if err != nil {
			return err
		}
		for i, captions := range both {
			alone, err := n.Search(context.Background(), s, features.Narrow(s, 0, int64(i), 1), v, b, PrecisionFloat32)
			if err != nil {
				return err
			}
			for k, c := range captions {
				if c.Text != alone[0][k].Text {
					t.Errorf("picture %d: %q in a batch, %q alone", i, c.Text, alone[0][k].Text)
				}
				if len(c.Words) > 0 && len(c.Words[0].Attention) != n.Config.Places() {
					t.Errorf("attention over %d places", len(c.Words[0].Attention))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSearchCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := torch.NoGrad(func(s *torch.Scope) error {
		n, v, x := small(t, s)
		_, features := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
		_, err := n.Search(ctx, s, features, v, DefaultBeam(), PrecisionFloat32)
		return err
	})
	if err != context.Canceled {
		t.Errorf("Search = %v, want context.Canceled", err)
	}
}
