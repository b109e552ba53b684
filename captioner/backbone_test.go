package captioner

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/hub/hubtest"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// TestBackboneFromHub loads weights by a hub's name, with the classifier that
// they come with; a file of that name wins, and where one host cannot be asked
// the error names the other.
func TestBackboneFromHub(t *testing.T) {
	network, err := NewNetwork(DefaultConfig(), 6, torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	var weights []byte
	var before float64
	firstOf := func(s *torch.Scope) float64 {
		return network.Encoder.backbone.Named("")[0].Tensor.Sum(s).Item(s)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		state := append(nn.StateOf(network.Encoder.backbone.Named("")), nn.Parameter{Name: "fc.weight", Tensor: torch.Zeros(s, torch.Float32, torch.CPU, 1000, 512)})
		before = firstOf(s)
		weights, err = nn.Encode(map[string]string{"format": "pt"}, state)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	server := hubtest.New()
	defer server.Close()
	server.AddModel("timm/resnet18.tv_in1k", &hubtest.Set{Files: map[string][]byte{"model.safetensors": weights, "config.json": []byte(`{"architecture":"resnet18"}`)}})
	server.AddModel("owner/pickles", &hubtest.Set{Files: map[string][]byte{"pytorch_model.bin": weights}})
	for name, value := range map[string]string{"HF_ENDPOINT": server.URL, "HF_HOME": t.TempDir(), "HF_HUB_CACHE": t.TempDir(), "HF_TOKEN": "", "HF_HUB_OFFLINE": "", "TORCH_HOME": t.TempDir()} {
		t.Setenv(name, value)
	}
	t.Chdir(t.TempDir())
	load := func(source string) error {
		err := torch.NoGrad(func(s *torch.Scope) error {
			network.Encoder.backbone.Named("")[0].Tensor.FillInPlace(s, 0)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return network.LoadBackbone(t.Context(), source)
	}
	if err := load("timm/resnet18.tv_in1k"); err != nil {
		t.Fatal(err)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		if got := firstOf(s); got != before {
			t.Errorf("the first tensor sums to %v, want %v", got, before)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{
		"owner/pickles":  "it has no model.safetensors",
		"owner/nothing":  "by the name imagenet",
		"runs/a.pth":     "no such file",
		"not a name":     "such as timm/resnet18.tv_in1k",
		"owner/model@v9": "no model owner/model on the hub",
	} {
		if err := load(source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
	if err := os.MkdirAll("timm", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("timm", "resnet18.tv_in1k"), []byte("a file of that name"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := load("timm/resnet18.tv_in1k"); err == nil {
		t.Error("a file of that name does not win")
	}
}

// TestResnetIn finds a ResNet within larger models and wrappers.
func TestResnetIn(t *testing.T) {
	named := func(names ...string) (d nn.StateDict) {
		for _, name := range names {
			d = append(d, nn.Parameter{Name: name})
		}
		return d
	}
	const first, last = "conv1.weight", "layer4.1.conv2.weight"
	for _, test := range []struct {
		name string
		in   nn.StateDict
		want nn.StateDict
	}{
		{"alone", named(first, "layer1.0.conv1.weight", last, "fc.weight"), named(first, "layer1.0.conv1.weight", last, "fc.weight")},
		{"before a head", named("backbone."+first, "backbone.layer1.0.conv1.weight", "backbone."+last, "head.weight"), named(first, "layer1.0.conv1.weight", last)},
		{"of an average", named("n_averaged", "module."+first, "module."+last), named(first, last)},
		{"two", named("q."+first, "q."+last, "k."+first, "k."+last), named("q."+first, "q."+last, "k."+first, "k."+last)},
		{"none", named("features.0.weight"), named("features.0.weight")},
		{"another's name", named("my"+first, "my"+last), named("my"+first, "my"+last)},
	} {
		if got := resnetIn(test.in); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
