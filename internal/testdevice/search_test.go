package testdevice_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/internal/testmodel"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// network returns a network with the words of a vocabulary, on a device, its
// weights from one seed.
func network(t *testing.T, on torch.Device, change func(*captioner.Config)) (*captioner.Network, *captioner.Vocabulary) {
	t.Helper()
	v, err := checkpoint.NewVocabulary(checkpoint.WordTokenizer, []string{"<pad>", "<start>", "<end>", "<unk>",
		"a", "dog", "cat", "runs", "fast", "in", "the", "snow", "red", "blue", "ball", "two"})
	if err != nil {
		t.Fatal(err)
	}
	c := captioner.DefaultConfig()
	c.Grid, c.Features, c.Embedding, c.Hidden, c.Attention = 2, 24, 16, 32, 20
	change(&c)
	if err := torch.ManualSeed(3); err != nil {
		t.Fatal(err)
	}
	n, err := captioner.NewNetwork(c, v.Len(), on)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n, v
}

// TestSearch searches on the device, where the likeliest words alone leave it, as
// on the CPU, where all do.
func TestSearch(t *testing.T) {
	device := device(t)
	deep := func(c *captioner.Config) { c.Output = checkpoint.OutputDeep }
	for name, beam := range map[string]captioner.Beam{
		"greedy":    {Width: 1, Best: 1, MaxWords: 9},
		"wide":      {Width: 5, Best: 3, MaxWords: 9, LengthPenalty: .7},
		"forbidden": {Width: 3, Best: 1, MaxWords: 9, MinWords: 4, NoRepeat: 1, Forbidden: []string{"a", "dog"}},
		"groups":    {Width: 6, Best: 6, MaxWords: 6, Groups: 3, Diversity: .5},
		"draws":     {Width: 1, Best: 3, MaxWords: 9, Sample: true, TopK: 4, Seed: 5},
	} {
		t.Run(name, func(t *testing.T) {
			find := func(on torch.Device) (found [][]captioner.Caption) {
				n, v := network(t, on, deep)
				err := torch.NoGrad(func(s *torch.Scope) (err error) {
					features := torch.Empty(s, torch.Float32, torch.CPU, 3, 4, 24)
					features.Uniform(s, -2, 2)
					found, err = n.Search(context.Background(), s, features.ToDevice(s, on), v, beam, captioner.PrecisionFloat32)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				return found
			}
			want, got := find(torch.CPU), find(device)
			for i := range want {
				for k := range want[i] {
					w, g := want[i][k], got[i][k]
					if g.Text != w.Text || g.Finished != w.Finished || math.Abs(g.LogProbability-w.LogProbability) > 1e-4 {
						t.Errorf("picture %d, caption %d: %q (%.5f), on the CPU %q (%.5f)", i, k, g.Text, g.LogProbability, w.Text, w.LogProbability)
					}
					for j, word := range g.Words {
						if math.Abs(word.Gate-w.Words[j].Gate) > 1e-4 || math.Abs(float64(word.Attention[1]-w.Words[j].Attention[1])) > 1e-4 {
							t.Errorf("picture %d, caption %d, %q: gate %v, attention %v; on the CPU %v, %v", i, k, word.Text, word.Gate, word.Attention, w.Words[j].Gate, w.Words[j].Attention)
						}
					}
				}
			}
		})
	}
}

// TestMeta takes the encoder's upper part and its gradients through libtorch's meta
// device, where a tensor that came from elsewhere, or a value that is asked for on
// the way, stops; and the decoder to its first index_select, which has no shapes
// there in C++, as convolutions have none.
func TestMeta(t *testing.T) {
	n, v := network(t, torch.Meta, func(c *captioner.Config) { c.FeatureNorm = checkpoint.FeatureNormReLU })
	err := torch.Run(func(s *torch.Scope) error {
		for _, entry := range n.Named() {
			if entry.Trainable {
				entry.Tensor.RequiresGrad(s, true)
			}
		}
		pooled := torch.Empty(s, torch.Float32, torch.Meta, 2, 4, 512)
		features := n.Project(s, pooled, captioner.Evaluation, captioner.PrecisionFloat32)
		features.Mul(s, features).Mean(s).Backward(s)
		for _, entry := range n.Named() {
			if !entry.Trainable || !strings.HasPrefix(entry.Name, "encoder.projection") {
				continue
			}
			if gradient := entry.Tensor.Grad(s); gradient.Device() != torch.Meta || !slices.Equal(gradient.Shape(), entry.Tensor.Shape()) {
				t.Errorf("the gradient of %s is %v on %v", entry.Name, gradient.Shape(), gradient.Device())
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	err = torch.Run(func(s *torch.Scope) error {
		features := torch.Empty(s, torch.Float32, torch.Meta, 1, 4, 24)
		n.Loss(s, features, captioner.NewTargets(v, [][]string{{"a dog"}}, 9), captioner.LossOptions{Precision: captioner.PrecisionFloat32})
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "index_select") {
		t.Errorf("the decoder came to %v on the meta device, which had no index_select", err)
	}
}

// TestPredict captions a split by two models and mirrored pictures, and reads given
// captions, on the device as on the CPU.
func TestPredict(t *testing.T) {
	device := device(t)
	path, _ := testmodel.Files(t)
	set, err := dataset.Open(t.Context(), "demo", dataset.Options{Seed: 1, Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	split, err := set.Split("test")
	if err != nil {
		t.Fatal(err)
	}
	for _, uniform := range []bool{false, true} {
		found := func(on string) predict.Predictions {
			options := captioner.Options{Device: on, Precision: captioner.PrecisionFloat32, Flip: true, Uniform: uniform}
			p, _, err := predict.Open([]string{path, path}, options, captioner.Beam{Width: 3, Best: 1, MaxWords: 6})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			p.CaptionWords, p.Given = 8, true
			all, err := p.Predict(t.Context(), split, nil)
			if err != nil {
				t.Fatalf("on %s: %v", on, err)
			}
			return all
		}
		want, got := found("cpu"), found(device.String())
		if math.Abs(got.Loss-want.Loss) > 1e-4*want.Loss || len(got.Pictures) != len(want.Pictures) {
			t.Errorf("%d pictures, loss %v, on the CPU %d, %v", len(got.Pictures), got.Loss, len(want.Pictures), want.Loss)
		}
		for i, picture := range got.Pictures {
			other := want.Pictures[i]
			if picture.Captions[0].Text != other.Captions[0].Text || math.Abs(picture.Given[0].LogProbability-other.Given[0].LogProbability) > 1e-3 {
				t.Errorf("%s: %q, given %v; on the CPU %q, %v", picture.ID, picture.Captions[0].Text, picture.Given[0].LogProbability,
					other.Captions[0].Text, other.Given[0].LogProbability)
			}
		}
	}
}
