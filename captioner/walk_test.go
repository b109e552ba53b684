package captioner

import (
	"context"
	"image"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/internal/testwalk"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// TestWrongArguments calls all that the package exports with arguments that
// nobody should give.
func TestWrongArguments(t *testing.T) {
	path, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	model, err := Open(path, Options{Device: "cpu"})
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	closed, err := Open(path, Options{Device: "cpu"})
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	prepared, err := model.PreparePicture(picture.New(4, 4))
	if err != nil {
		t.Fatal(err)
	}
	network, fixed := deepNetwork(t, model), deepNetwork(t, model)
	networks := func(s *torch.Scope) []any {
		if fixed.Decoder.fixed == nil { // from the start, or since what fixed it too was closed
			layers, err := fixed.Fix(PrecisionFloat32, 64)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(layers.Close)
		}
		return []any{network, fixed, closed.network}
	}
	testwalk.Walk(t, testwalk.Subject{
		Functions: map[string]any{
			"AverageCheckpoints": AverageCheckpoints, "DefaultBeam": DefaultBeam, "DefaultConfig": DefaultConfig, "InBackbone": InBackbone, "InDecoder": InDecoder,
			"Load": Load, "NewCrew": NewCrew, "LoadWith": LoadWith, "NewNetwork": NewNetwork, "NewWordDetector": NewWordDetector, "NewTargets": NewTargets, "Normalise": Normalise, "Open": Open,
			"OpenAll": OpenAll, "SampledTargets": SampledTargets, "SearchTogether": SearchTogether, "LoadAll": LoadAll, "MoreViews": MoreViews,
		},
		Receivers: map[string]func(*torch.Scope) []any{
			"Model":   func(*torch.Scope) []any { return []any{model, closed} },
			"Network": networks,
			"Encoder": func(*torch.Scope) []any { return []any{network.Encoder, closed.network.Encoder} },
			"Decoder": func(*torch.Scope) []any { return []any{network.Decoder, closed.network.Decoder} },
			"Fixed":   func(*torch.Scope) []any { return []any{(*Fixed)(nil)} },
			"WordDetector": func(*torch.Scope) []any {
				return []any{(*WordDetector)(nil), &WordDetector{}, detector(t, network, .5)}
			},
			"FixedTargets": func(s *torch.Scope) []any {
				return []any{(*FixedTargets)(nil), &FixedTargets{}, network.NewFixedTargets(s, 2, 3, 4)}
			},
			"LossOptions": func(*torch.Scope) []any {
				return []any{LossOptions{}, LossOptions{FeatureDropout: .5}, LossOptions{FeatureDropout: 7}}
			},
			"Crew":      func(*torch.Scope) []any { return []any{new(Crew)} },
			"Beam":      func(*torch.Scope) []any { return []any{Beam{}, DefaultBeam(), Beam{Width: -1, MaxWords: -1}} },
			"Caption":   func(*torch.Scope) []any { return []any{Caption{}, Caption{Words: make([]Word, 2)}} },
			"Precision": func(*torch.Scope) []any { return []any{Precision(""), PrecisionFloat32, Precision("odd")} },
			"Targets": func(*torch.Scope) []any {
				return []any{Targets{}, NewTargets(model.vocabulary, [][]string{{"a dog"}}, 9)}
			},
		},
		Values: func(s *torch.Scope) []any {
			places, width := int64(network.Config.Places()), int64(network.Config.Features)
			return []any{
				context.Background(), ended, path, picture.New(4, 4), (*picture.Picture)(nil), &picture.Picture{Width: 9, Height: 9},
				image.NewGray(image.Rect(0, 0, 3, 3)), (*image.RGBA)(nil), prepared, (*Prepared)(nil), DefaultBeam(), Beam{}, Beam{Width: 2, MaxWords: 3},
				Config{}, Config{Grid: -1}, model.vocabulary, (*Vocabulary)(nil), Metadata{}, model.Metadata, Targets{},
				NewTargets(model.vocabulary, [][]string{{"a dog", "runs"}, {""}}, 5), PrecisionFloat32, PrecisionBFloat16, Precision("odd"), Evaluation,
				Modes{Backbone: nn.Train, Norm: nn.Train}, Modes{Backbone: nn.Frozen, Norm: nn.Train, Frozen: 2}, Modes{Frozen: -1}, Modes{Frozen: 9},
				torch.Ones(s, torch.Float32, torch.CPU, 2, places, width), torch.Ones(s, torch.Float32, torch.CPU, 1, 1, width),
				torch.Ones(s, torch.BFloat16, torch.CPU, 2, places, width), torch.Ones(s, torch.Int64, torch.CPU, 2, places, width),
				torch.Ones(s, torch.Float32, torch.CPU, 2, 0, width), torch.Ones(s, torch.Float32, torch.CPU, 0, places, width),
				torch.Ones(s, torch.Float32, torch.CPU, 2, 3, 64, 64), torch.Ones(s, torch.Float32, torch.CPU, 1, 3, 1, 33),
				torch.Ones(s, torch.Float32, torch.CPU, 0, 3, 64, 64), torch.Ones(s, torch.Float32, torch.CPU, 2, 3, 0, 64),
				torch.Ones(s, torch.Float64, torch.CPU, 2, 3, 64, 64), torch.Ones(s, torch.Uint8, torch.CPU, 2, 64, 64, 3),
				torch.Ones(s, torch.Float32, torch.CPU, 2, 64, 8, 8), torch.Ones(s, torch.Float32, torch.CPU, 2, 512, 2, 2),
				torch.Ones(s, torch.Float32, torch.CPU, 2, places, int64(channels(network.Config))),
				network, fixed, closed.network, (*Network)(nil), &Network{}, View{network, torch.Ones(s, torch.Float32, torch.CPU, 2, places, width)},
				network.Config, int(network.Config.Features), model.vocabulary.Len(),
				SampledTargets([][]int64{{4, 2}, {5}, {}}, 2), SampledTargets([][]int64{{-1, 1 << 40}}, 1), SampledTargets([][]int64{{4, 2}}, 0),
				Targets{Captions: 1 << 50, Steps: -1, Picture: []int64{9}},
				detector(t, network, .5), (*WordDetector)(nil), &WordDetector{}, []float64{0, 0, 1, 0, .5}, []float64{},
				[]string{}, []string{"a dog", ""}, nn.StateDict(nil), checkpoint.Config{Backbone: "resnet99"},
			}
		},
		Calls: map[string]int{
			"Load": 30, "LoadWith": 20, "Open": 60, "NewNetwork": 30, "Network.Fix": 20, "Network.Grow": 15,
			"Network.Save": 9, "Network.SaveWith": 9, "Network.Marshal": 5,
		},
		Skip: map[string]string{
			"Network.Close": "the test closes it", "Model.Close": "the test closes it", "Network.LoadBackbone": "it may ask the network",
		},
	})
}

// deepNetwork returns a network of the model's sizes whose output is deep.
func deepNetwork(t *testing.T, m *Model) *Network {
	t.Helper()
	c := m.Metadata.Model
	c.Output = checkpoint.OutputDeep
	n, err := NewNetwork(c, m.vocabulary.Len(), torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}
