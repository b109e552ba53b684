// Package python_test compares seetell.py with package captioner: the same
// checkpoint and pictures must give the same captions.
package python_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/internal/testpython"
	"github.com/seetell/seetell/internal/testshared"
	"github.com/seetell/seetell/internal/testtensors"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

func TestMain(m *testing.M) {
	if err := torch.SetThreads(1); err != nil { // Python's tests have one, too
		panic(err)
	}
	os.Exit(testtensors.Run(m))
}

// tolerance of a caption's log-probability, a sum over at most 30 words.
const tolerance = 2e-4

// writeModel writes a model of random weights, its output layer scaled so
// that words differ in probability as they do after training.
func writeModel(t *testing.T, change func(*captioner.Metadata), backbone string) string {
	t.Helper()
	m := captioner.Metadata{Model: captioner.DefaultConfig(), Tokenizer: checkpoint.WordTokenizer, Preprocessing: picture.DefaultPreprocessing()}
	m.Vocabulary = append([]string{"<pad>", "<start>", "<end>", "<unk>"}, strings.Fields("a the dog cat red green runs sits on in grass snow one two über 犬")...)
	change(&m)
	if err := torch.ManualSeed(3); err != nil {
		t.Fatal(err)
	}
	network, err := captioner.NewNetwork(m.Model, len(m.Vocabulary), torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	if err := network.LoadBackbone(t.Context(), backbone); err != nil {
		t.Fatal(err)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		for _, entry := range network.Named() {
			if strings.HasPrefix(entry.Name, "decoder.output") {
				entry.Tensor.ScaleInPlace(s, 12)
			}
		}
		return nil
	})
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err != nil || network.Save(path, m) != nil {
		t.Fatal("the checkpoint cannot be written", err)
	}
	return path
}

// drawn writes pictures that reach every branch of the preprocessing.
func drawn(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	bounds := image.Rect(0, 0, 301, 200)
	opaque, clear := image.NewNRGBA(bounds), image.NewNRGBA(bounds)
	deep, narrow := image.NewGray16(bounds), image.NewNRGBA(image.Rect(0, 0, 31, 333))
	indexed := image.NewPaletted(bounds, color.Palette{color.Black, color.White, color.NRGBA{200, 30, 60, 255}})
	for y := range 333 {
		for x := range 301 {
			c := color.NRGBA{uint8(x), uint8(y * 3), uint8(x ^ y), 255}
			opaque.Set(x, y, c)
			narrow.Set(x, y, c)
			clear.Set(x, y, color.NRGBA{c.R, c.G, c.B, uint8(x + y)})
			deep.Set(x, y, color.Gray16{uint16(x*211 + y*97)})
			indexed.Set(x, y, indexed.Palette[(x/16+y/16)%3])
		}
	}
	jpegs := func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, &jpeg.Options{Quality: 90}) }
	var paths []string
	for _, file := range []struct {
		name   string
		image  image.Image
		encode func(io.Writer, image.Image) error
	}{
		{"opaque.png", opaque, png.Encode}, {"alpha.png", clear, png.Encode}, {"deep.png", deep, png.Encode},
		{"palette.png", indexed, png.Encode}, {"narrow.png", narrow, png.Encode}, {"colour.jpg", opaque, jpegs}, {"grey.jpg", deep, jpegs},
	} {
		var data bytes.Buffer
		if err := file.encode(&data, file.image); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, file.name)
		if err := os.WriteFile(path, data.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

func TestSameCaptions(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*captioner.Metadata)
	}{
		{"default", func(*captioner.Metadata) {}},
		{"crop, no norm, 96 pixels, characters", func(m *captioner.Metadata) {
			m.Preprocessing.Mode, m.Preprocessing.Size = picture.Crop, 96
			m.Model.FeatureNorm, m.Model.Grid, m.Tokenizer = checkpoint.FeatureNormNone, 2, checkpoint.CharacterTokenizer
		}},
		{"deep output, ReLU, layer3's places", func(m *captioner.Metadata) {
			m.Model.Output, m.Model.FeatureNorm = checkpoint.OutputDeep, checkpoint.FeatureNormReLU
			m.Model.Layers, m.Model.Grid = checkpoint.Layers34, 10
		}},
		{"ResNet-50, layer3's places", func(m *captioner.Metadata) {
			m.Model.Backbone, m.Model.Layers, m.Preprocessing.Size = "resnet50", checkpoint.Layers34, 64
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			compare(t, writeModel(t, test.change, "none"), drawn(t))
		})
	}
}

func TestSameCaptionsOfPhotographs(t *testing.T) {
	photographs, err := filepath.Glob(filepath.Join(testshared.Dir(t, "flickr8k", "originals"), "*.jpg"))
	if err != nil || len(photographs) == 0 {
		t.Fatal("no photographs", err)
	}
	weights := testshared.Dir(t, "weights", "resnet18-imagenet.safetensors")
	compare(t, writeModel(t, func(*captioner.Metadata) {}, weights), photographs)
}

// compare captions the pictures with both programs.
func compare(t *testing.T, path string, pictures []string) {
	t.Helper()
	model, err := captioner.Open(path, captioner.Options{Device: "cpu"})
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	run := filepath.Dir(path) // which stands for its checkpoint
	out := testpython.Run(t, ".", append([]string{"seetell.py", "--format", "json", "--model", run}, pictures...)...)
	lines := bufio.NewScanner(bytes.NewReader(out))
	distinct := map[string]bool{}
	for _, path := range pictures {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := model.CaptionBytes(t.Context(), data, captioner.DefaultBeam())
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		var theirs struct {
			Captions []struct {
				Text           string
				LogProbability float64 `json:"log_probability"`
				Finished       bool
			}
		}
		if !lines.Scan() || json.Unmarshal(lines.Bytes(), &theirs) != nil {
			t.Fatalf("%s: no answer in %q", path, lines.Text())
		}
		want, got := theirs.Captions[0], ours[0]
		if got.Text != want.Text || got.Finished != want.Finished || !(math.Abs(got.LogProbability-want.LogProbability) <= tolerance) {
			t.Errorf("%s:\n ours   %q %.6f %v\n theirs %q %.6f %v", filepath.Base(path),
				got.Text, got.LogProbability, got.Finished, want.Text, want.LogProbability, want.Finished)
		}
		distinct[got.Text] = true
	}
	t.Logf("%d pictures, %d distinct captions", len(pictures), len(distinct))
}
