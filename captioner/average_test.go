package captioner

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// saved writes a small checkpoint with random weights and some words.
func saved(t *testing.T, seed int64, words ...string) string {
	t.Helper()
	if err := torch.ManualSeed(seed); err != nil {
		t.Fatal(err)
	}
	c := DefaultConfig()
	c.Grid, c.Features, c.Embedding, c.Hidden, c.Attention = 1, 4, 4, 4, 4
	n, err := NewNetwork(c, len(specials)+len(words), torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	path := filepath.Join(t.TempDir(), "model.safetensors")
	meta := Metadata{Model: c, Vocabulary: append(specials[:4:4], words...), Tokenizer: checkpoint.WordTokenizer, Preprocessing: picture.DefaultPreprocessing()}
	if err := n.Save(path, meta); err != nil {
		t.Fatal(err)
	}
	return path
}

func weights(t *testing.T, path, name string) []float32 {
	t.Helper()
	file, err := tensorfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, tensor := range file.Tensors {
		if tensor.Name == name {
			values, err := tensor.Float32s()
			if err != nil {
				t.Fatal(err)
			}
			return values
		}
	}
	t.Fatalf("%s has no tensor %s", path, name)
	return nil
}

func TestAverageOfCheckpoints(t *testing.T) {
	paths := []string{saved(t, 1, "dog"), saved(t, 2, "dog"), saved(t, 3, "dog")}
	out := filepath.Join(t.TempDir(), "mean.safetensors")
	if err := AverageCheckpoints(paths, out); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"encoder.backbone.layer4.1.conv2.weight", "decoder.output.bias"} {
		got := weights(t, out, name)
		parts := [][]float32{weights(t, paths[0], name), weights(t, paths[1], name), weights(t, paths[2], name)}
		for i, g := range got {
			want := (float64(parts[0][i]) + float64(parts[1][i]) + float64(parts[2][i])) / 3
			if math.Abs(float64(g)-want) > 1e-8 {
				t.Fatalf("%s[%d] = %v, want %v", name, i, g, want)
			}
		}
	}
	n, meta, err := Load(out, torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	n.Close()
	if meta.Vocabulary[4] != "dog" {
		t.Errorf("vocabulary %v", meta.Vocabulary)
	}
}

func TestAverageRefuses(t *testing.T) {
	one, out := saved(t, 1, "dog"), filepath.Join(t.TempDir(), "mean.safetensors")
	for _, test := range []struct {
		name, want string
		paths      []string
	}{
		{"one", "name two or more", []string{one}},
		{"other words", "of another model", []string{one, saved(t, 1, "cat")}},
		{"more words", "differs", []string{one, saved(t, 1, "dog", "cat")}},
		{"absent", "no such file", []string{one, "absent.safetensors"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := AverageCheckpoints(test.paths, out); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}
