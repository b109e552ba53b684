package captioner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// BenchmarkStep times a training step of the recipe "base": four pictures of
// 224 pixels with five captions each, 3,000 words.
func BenchmarkStep(b *testing.B) {
	for _, p := range []Precision{PrecisionFloat32, PrecisionBFloat16} {
		b.Run(string(p), func(b *testing.B) { benchmarkStep(b, p) })
	}
}

// numbered returns a network that knows the words w0, w1, …
func numbered(t testing.TB, c Config, count int) (*Network, *Vocabulary) {
	t.Helper()
	words := specials[:4:4]
	for i := range count {
		words = append(words, fmt.Sprint("w", i))
	}
	v, err := checkpoint.NewVocabulary(checkpoint.WordTokenizer, words)
	if err != nil {
		t.Fatal(err)
	}
	n, err := NewNetwork(c, v.Len(), torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n, v
}

func benchmarkStep(b *testing.B, p Precision) {
	n, v := numbered(b, DefaultConfig(), 3000)
	var parameters []nn.Parameter
	for _, entry := range n.Named() {
		if entry.Trainable {
			parameters = append(parameters, nn.Parameter{Name: entry.Name, Tensor: entry.Tensor})
		}
	}
	optimiser := nn.NewAdam([]nn.Group{{Parameters: parameters, LearningRate: 1e-4}}, nn.DefaultAdamConfig())
	defer optimiser.Close()
	five := strings.Split("w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11|w3 w1 w5 w9 w4 w3 w2|w3 w4 w3 w2 w7 w9 w1 w8 w1 w2 w6 w5 w9 w1 w1|w3 w4 w2 w1 w5 w7 w6 w6 w4|w1 w3 w7 w5 w2 w8 w1 w9 w11 w10", "|")
	targets := NewTargets(v, [][]string{five, five, five, five}, 28)
	pixels := make([]uint8, 4*224*224*3)
	for i := range pixels {
		pixels[i] = uint8(i * 7)
	}
	for b.Loop() {
		err := torch.Run(func(s *torch.Scope) error {
			optimiser.ZeroGrad()
			x := Normalise(s, torch.FromSlice(s, pixels, 4, 224, 224, 3), picture.DefaultPreprocessing())
			_, features := n.EncodePictures(s, x, Modes{Backbone: nn.Frozen, Norm: nn.Train}, p)
			loss := n.Loss(s, features, targets, LossOptions{Precision: p, Dropout: .5})
			loss.Backward(s)
			nn.ClipGradNorm(s, nn.Tensors(parameters), 5)
			optimiser.Step(s)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
