package testdevice_test

import (
	"context"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/train"
)

// student is a trainer and the batches of an epoch, the last one smaller.
type student struct {
	*train.Trainer
	batches []*train.Batch
}

// newStudent returns a trainer that begins as every other of c does.
func newStudent(t *testing.T, c train.Config) *student {
	t.Helper()
	ctx := context.Background()
	set, err := dataset.Open(ctx, c.Data, dataset.Options{Seed: c.Seed, Limit: c.Limit})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	split, err := set.Split(c.TrainSplit)
	if err != nil {
		t.Fatal(err)
	}
	device, err := torch.ParseDevice(c.Device)
	if err != nil {
		t.Fatal(err)
	}
	v, err := checkpoint.BuildVocabulary(c.Tokenizer, predict.Captions(split), c.MinimumCount)
	if err != nil {
		t.Fatal(err)
	}
	if err := torch.ManualSeed(c.Seed); err != nil {
		t.Fatal(err)
	}
	n, err := captioner.NewNetwork(c.Model, v.Len(), device)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	st := &student{Trainer: train.NewTrainer(c, n, v, c.Precision)}
	t.Cleanup(st.Close)
	pictures, err := loader.New(ctx, split, loader.Config{
		Batch: c.Batch, Shuffle: true, Seed: c.Seed, Preprocessing: c.Preprocessing, Begin: predict.Uploads(device),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pictures.Close() })
	for {
		batch, err := pictures.Next()
		if errors.Is(err, io.EOF) {
			return st
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, captions := range batch.Captions { // of two lengths, by batches
			for j, caption := range captions {
				words := strings.Fields(caption)
				captions[j] = strings.Join(words[:min(6, len(words))], " ") + strings.Repeat(" and a dog", len(st.batches)%2*(2+j))
			}
		}
		st.batches = append(st.batches, train.NewBatch(v, c.CaptionWords, batch))
	}
}

// weights returns the model's values, the average's where there is one, and those of
// Adam; without the bias of attention's scores, whose gradient is rounding.
func (st *student) weights(t *testing.T) map[string][]float32 {
	t.Helper()
	all := map[string][]float32{}
	err := torch.NoGrad(func(s *torch.Scope) error {
		states := append(nn.StateOf(st.Network.Named()), st.Optimizer.State()...)
		if st.EMA != nil {
			states = append(states, st.EMA.State().Prefixed("average.")...)
		}
		for _, p := range states {
			if !strings.Contains(p.Name, "attention.score.bias") {
				all[p.Name] = p.Tensor.To(s, torch.Float32).Float32s(s)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestGraphs trains by graphs as without them: batches of two lengths, a last one
// that is smaller, and a step in between that is not finite.
func TestGraphs(t *testing.T) {
	device := device(t)
	for _, test := range []struct {
		name   string
		gap    float64 // of losses and weights
		change func(*train.Config)
	}{
		{"plain", 1e-4, func(*train.Config) {}},
		{"as best learns", 1e-4, func(c *train.Config) {
			c.Model.Output, c.LabelSmoothing, c.AverageDecay, c.FrozenLayers = checkpoint.OutputDeep, .1, .9, 3
		}},
		{"the batch's statistics, in bfloat16", 3e-2, func(c *train.Config) {
			c.Precision, c.BatchNorm = "bfloat16", train.BatchNormBatch
			c.Model.FeatureNorm = checkpoint.FeatureNormBatch
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := tiny(device.String())
			c.Limit = 46                               // eleven batches of four, and one of two
			c.Preprocessing.Size, c.Model.Grid = 64, 2 // of one place attention learns nothing but rounding
			test.change(&c)
			if other != "" {
				test.gap *= 10
			}
			plain := newStudent(t, c)
			c.Graphs = true
			graphs := newStudent(t, c)
			for i, b := range plain.batches {
				rate := c.LearningRate / float64(1+i)
				if i == 8 { // behind its length's capture, so that a replay meets it
					spoil(t, plain, math.NaN())
					spoil(t, graphs, math.NaN())
				}
				want := step(t, plain, b, rate)
				got := step(t, graphs, graphs.batches[i], rate)
				if got.Words != want.Words || got.NotFinite != want.NotFinite || !near(got.Loss, want.Loss, test.gap) ||
					!near(got.GradientNorm, want.GradientNorm, 10*test.gap) {
					t.Errorf("step %d: %+v, without graphs %+v", i+1, got, want)
				}
				if i == 8 {
					if got.NotFinite != "decoder.output.bias" {
						t.Errorf("not finite is %q", got.NotFinite)
					}
					spoil(t, plain, 0)
					spoil(t, graphs, 0)
				}
			}
			if captured := graphs.Graphs(); captured != 2 {
				t.Errorf("%d sizes were captured, want 2", captured)
			}
			want, got := plain.weights(t), graphs.weights(t)
			for name, x := range want {
				largest := 0.
				for i := range x {
					largest = max(largest, math.Abs(float64(got[name][i]-x[i]))/(1+math.Abs(float64(x[i]))))
				}
				if !(largest <= 3*test.gap) { // Adam makes steps of rounding
					t.Errorf("%s differs by %.1g", name, largest)
				}
			}
		})
	}
}

// step takes a step at a rate of its own.
func step(t *testing.T, st *student, b *train.Batch, rate float64) train.StepStats {
	t.Helper()
	st.SetRates(rate, rate/10)
	stats, err := st.Step(b)
	if err != nil {
		t.Fatal(err)
	}
	return stats
}

// spoil gives the score of the word that comes least often a value.
func spoil(t *testing.T, st *student, value float64) {
	t.Helper()
	for _, e := range st.Network.Named() {
		if e.Name != "decoder.output.bias" {
			continue
		}
		if err := torch.NoGrad(func(s *torch.Scope) error { e.Tensor.Narrow(s, 0, 0, 1).FillInPlace(s, value); return nil }); err != nil {
			t.Fatal(err)
		}
	}
}

func near(got, want, gap float64) bool {
	if math.IsNaN(want) {
		return math.IsNaN(got)
	}
	return math.Abs(got-want) <= gap*math.Abs(want)
}

// TestGraphsResume is TestResume by graphs.
func TestGraphsResume(t *testing.T) {
	c := tiny(device(t).String())
	c.Limit, c.Graphs = 24, true // more steps than are taken before one is captured
	resumes(t, c)
}

// TestGraphsRefused: what has no graphs says so before anything is done.
func TestGraphsRefused(t *testing.T) {
	c := tiny("cpu")
	c.Graphs, c.Out = true, t.TempDir()
	if _, err := train.Run(context.Background(), c); err == nil || !strings.Contains(err.Error(), "device cpu has no graphs") {
		t.Errorf("on the CPU: %v", err)
	}
	c.WordDetector, c.MicroBatch, c.Accumulate = .1, "2", 2
	err := c.Validate()
	for _, part := range []string{"word detector 0.1", "micro batch 2", "accumulate 2"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v, want %q in it", err, part)
		}
	}
}
