package testdevice_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/train"
)

// tiny returns the settings of a run of seconds.
func tiny(device string) train.Config {
	c := train.DefaultConfig()
	c.Data, c.Device, c.Precision = "demo", device, "float32"
	c.Limit, c.Epochs, c.Batch, c.Dropout = 8, 1, 4, 0
	c.EncoderWeights, c.MinimumCount = "none", 1
	c.Preprocessing.Size = 32
	c.Model.Grid, c.Model.Features, c.Model.Embedding, c.Model.Hidden, c.Model.Attention = 1, 16, 16, 16, 16
	c.Beam.Width, c.Beam.MaxWords = 2, 8
	return c
}

// settings are those that take ways of their own through a step. Gap is what the
// loss may be apart from the CPU's, of it; NaN where chance decides it.
var settings = []struct {
	name   string
	gap    float64
	change func(c *train.Config)
}{
	{"plain", 1e-4, func(*train.Config) {}},
	{"in bfloat16", 3e-2, func(c *train.Config) { c.Precision, c.BatchNorm = "bfloat16", train.BatchNormBatch }},
	{"deep, with a detector, in parts", 1e-4, func(c *train.Config) {
		c.Model.Output, c.Model.FeatureNorm, c.Model.Layers = checkpoint.OutputDeep, checkpoint.FeatureNormReLU, checkpoint.Layers34
		c.WordDetector, c.AttentionGuide, c.AttentionPenalty, c.LabelSmoothing = .1, 1, 1, .1
		c.MicroBatch, c.Accumulate, c.AverageDecay = "3", 2, .9
	}},
	{"frozen layers, kept", 1e-4, func(c *train.Config) { c.FrozenLayers, c.EncoderWeights = 2, "imagenet" }},
	{"dropout and words of its own", math.NaN(), func(c *train.Config) {
		c.Dropout, c.EmbeddingDropout, c.ScheduledSampling = .5, .1, .5
	}},
	{"self-critical", math.NaN(), func(c *train.Config) { c.SelfCritical, c.Samples, c.SelfCriticalWords = 1, 2, .1 }},
}

// learned returns a checkpoint whose layers can be frozen.
func learned(t *testing.T) string {
	t.Helper()
	c := tiny("cpu")
	c.Out = t.TempDir()
	if _, err := train.Run(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(c.Out, "best.safetensors")
}

// TestTrain trains on the device as on the CPU: steps, search on the validation
// split, files.
func TestTrain(t *testing.T) {
	device := device(t)
	for _, test := range settings {
		t.Run(test.name, func(t *testing.T) {
			history := func(on string) []train.Epoch {
				c := tiny(on)
				test.change(&c)
				if c.FrozenLayers > 0 {
					c.From = learned(t)
				}
				c.Out = t.TempDir()
				result, err := train.Run(context.Background(), c)
				if err != nil {
					t.Fatalf("on %s: %v", on, err)
				}
				return result.History
			}
			got := history(device.String())
			if other != "" {
				test.gap *= 10
			}
			if math.IsNaN(test.gap) {
				if loss := got[0].Loss; math.IsNaN(loss) {
					t.Errorf("loss %v", loss)
				}
				return
			}
			for i, want := range history("cpu") {
				if gap := math.Abs(got[i].Loss-want.Loss) / math.Abs(want.Loss); !(gap <= test.gap) {
					t.Errorf("epoch %d: loss %v, on the CPU %v", i+1, got[i].Loss, want.Loss)
				}
				if gap := math.Abs(got[i].ValidationLoss-want.ValidationLoss) / want.ValidationLoss; !(gap <= 10*test.gap) { // Adam makes steps of rounding
					t.Errorf("epoch %d: validation loss %v, on the CPU %v", i+1, got[i].ValidationLoss, want.ValidationLoss)
				}
			}
		})
	}
}

// TestResume: a run of two epochs that is resumed behind the first ends as one
// that went through, random numbers included.
func TestResume(t *testing.T) { resumes(t, tiny(device(t).String())) }

// resumes is TestResume of a run that c describes.
func resumes(t *testing.T, c train.Config) {
	t.Helper()
	c.Epochs, c.Dropout = 2, .5
	losses := func(c train.Config) float64 {
		t.Helper()
		if _, err := train.Run(context.Background(), c); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(c.Out, "history.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		var last train.Epoch
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
			t.Fatal(err)
		}
		return last.Loss
	}
	c.Out = t.TempDir()
	want := losses(c)
	c.Out, c.Epochs = t.TempDir(), 1
	losses(c)
	c.Epochs, c.Resume = 2, true
	allowed := 0.
	if other != "" { // a GPU adds in an order of its own
		allowed = 5e-3 * want
	}
	if got := losses(c); !(math.Abs(got-want) <= allowed) {
		t.Errorf("loss %v behind a pause, %v without", got, want)
	}
}
