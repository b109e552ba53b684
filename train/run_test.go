package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/internal/testrun"
	"github.com/seetell/seetell/internal/testtensors"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

func TestMain(m *testing.M) {
	if task := os.Getenv(taskVariable); task != "" {
		if err := work(task); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	testrun.InMemory()
	os.Exit(testtensors.Run(m))
}

// tiny returns a run of a few seconds: a small model on small drawings.
func tiny(t *testing.T) Config {
	t.Helper()
	cfg := DefaultConfig()
	cfg.Data, cfg.Out = "demo", t.TempDir()
	cfg.Limit, cfg.Epochs, cfg.Batch = 12, 2, 4
	cfg.EncoderWeights, cfg.MinimumCount, cfg.BatchNorm = "none", 1, BatchNormBatch
	cfg.Preprocessing.Size = 32
	cfg.Model.Grid, cfg.Model.Features, cfg.Model.Embedding, cfg.Model.Hidden, cfg.Model.Attention = 1, 16, 16, 16, 16
	cfg.Precision, cfg.Device = "float32", "cpu"
	cfg.Beam.Width, cfg.Beam.MaxWords = 2, 8
	return cfg
}

// stopAfter is a listener that ends a context after so many steps.
type stopAfter struct {
	steps int
	stop  context.CancelFunc
}

func (l *stopAfter) Hear(e Event) error {
	if _, ok := e.(StepDone); ok {
		if l.steps--; l.steps == 0 {
			l.stop()
		}
	}
	return nil
}

func TestRunWritesFiles(t *testing.T) {
	cfg := tiny(t)
	cfg.Epochs, cfg.Keep = 3, 2
	if _, err := Run(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"last.safetensors": true, "best.safetensors": true, "last.resume.safetensors": true, "history.jsonl": true,
		"epoch-01.safetensors": false, "epoch-02.safetensors": true, "epoch-03.safetensors": true,
	} {
		_, err := os.Stat(filepath.Join(cfg.Out, name))
		if (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", name, err == nil, want)
		}
	}
	data, err := os.ReadFile(filepath.Join(cfg.Out, "history.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(data), "\n"); lines != 3 {
		t.Errorf("history has %d lines, want 3", lines)
	}
}

// TestResumeIsExact stops runs of six steps, three an epoch, behind each of
// some steps, and goes on.
func TestResumeIsExact(t *testing.T) {
	backbone := randomBackbone(t)
	for _, test := range []struct {
		name    string
		stops   []int
		setting func(*Config)
	}{
		{"base", []int{1, 2, 4, 5}, func(*Config) {}},
		{"average, cosine, scheduled sampling", []int{2, 4}, func(c *Config) {
			c.AverageDecay, c.Schedule, c.WarmUp, c.ScheduledSampling = .9, ScheduleCosine, 2, .5
		}},
		{"a detector of words", []int{1, 4}, func(c *Config) {
			c.Model.Grid, c.WordDetector, c.AttentionGuide = 2, .1, 1
		}},
		{"frozen layers and mirror images", []int{1, 4}, func(c *Config) {
			c.EncoderWeights = backbone
			c.FrozenLayers, c.Augmentation.Flip, c.BatchNorm = 3, loader.FlipSwap, BatchNormFrozen
		}},
		{"too little memory for features", []int{4}, func(c *Config) {
			c.EncoderWeights, c.FrozenLayers, c.FeatureMemory = backbone, 2, 0
		}},
		{"self-critical, with an average", []int{2, 3, 5}, func(c *Config) {
			c.SelfCritical, c.Samples, c.AverageDecay = 1, 3, .9
		}},
		{"plateau", []int{4}, func(c *Config) { c.Schedule, c.Patience = SchedulePlateau, 1 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings := func() Config {
				cfg := tiny(t)
				test.setting(&cfg)
				return cfg
			}
			whole := settings()
			if _, err := Run(context.Background(), whole); err != nil {
				t.Fatal(err)
			}
			want := testrun.Contents(t, whole.Out)
			resumed(t, settings(), want, test.stops...)
		})
	}
}

// randomBackbone returns a file of a ResNet-18's weights.
func randomBackbone(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "resnet18.safetensors")
	network, err := captioner.NewNetwork(tiny(t).Model, 5, torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	if err := nn.WriteFile(path, nil, nn.StateOf(network.Named()).Under("encoder.backbone.")); err != nil {
		t.Fatal(err)
	}
	return path
}

// resumed stops a run behind each of some steps, resumes it each time and
// compares its files.
func resumed(t *testing.T, cfg Config, want map[string]string, stops ...int) {
	t.Helper()
	done := 0
	for _, steps := range stops {
		cfg.Workers = steps // the order must not depend on it
		ctx, cancel := context.WithCancel(context.Background())
		_, err := Run(ctx, cfg, &stopAfter{steps: steps - done, stop: cancel})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after %d steps: %v", steps, err)
		}
		done, cfg.Resume = steps, true
	}
	if _, err := Run(context.Background(), cfg); err != nil {
		t.Fatalf("resumed after %d steps: %v", done, err)
	}
	testrun.Same(t, testrun.Contents(t, cfg.Out), want)
}

func TestMoreEpochsAreExact(t *testing.T) {
	whole := tiny(t)
	if _, err := Run(context.Background(), whole); err != nil {
		t.Fatal(err)
	}
	grown := tiny(t)
	grown.Epochs = 1
	if _, err := Run(context.Background(), grown); err != nil {
		t.Fatal(err)
	}
	grown.Epochs, grown.Resume = 2, true
	if _, err := Run(context.Background(), grown); err != nil {
		t.Fatal(err)
	}
	got, want := testrun.Contents(t, grown.Out), testrun.Contents(t, whole.Out)
	for _, file := range []string{"epoch-01.safetensors", "best.safetensors"} { // which say how many epochs were asked for
		delete(got, file+" seetell")
		delete(want, file+" seetell")
	}
	testrun.Same(t, got, want)
}

func TestRunRefuses(t *testing.T) {
	done := tiny(t)
	done.Epochs = 1
	if _, err := Run(context.Background(), done); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"a folder that holds a run", func(c *Config) {}, "holds a run already"},
		{"other settings on resume", func(c *Config) { c.Resume, c.Batch = true, 5 }, "batch was 4 and is now 5"},
		{"no run to resume", func(c *Config) { c.Resume, c.Out = true, t.TempDir() }, "resume"},
		{"no such split", func(c *Config) { c.ValidationSplit = "dev2"; c.Out = t.TempDir() }, `no split "dev2"`},
		{"no such data", func(c *Config) { c.Data = "/nowhere"; c.Out = t.TempDir() }, "/nowhere"},
		{"no such device", func(c *Config) { c.Device = "tpu"; c.Out = t.TempDir() }, "tpu"},
		{"no such weights", func(c *Config) { c.EncoderWeights = "/nowhere.pth"; c.Out = t.TempDir() }, "/nowhere.pth"},
		{"another model size on resume", func(c *Config) { c.Resume, c.Model.Hidden = true, 32 }, "model hidden was 16 and is now 32"},
		{"another data set on resume", func(c *Config) { c.Resume, c.Data = true, pictureFolder(t, "") }, "its fingerprint is"},
		{"more epochs under another schedule", func(c *Config) { c.Resume, c.Epochs, c.Schedule = true, 3, ScheduleCosine }, "the schedule differs from the run's: epochs was 1 and is now 3"},
		{"a batch larger than memory", func(c *Config) { c.Batch = 4096; c.Preprocessing.Size = 4096; c.Out = t.TempDir() }, "out of memory before the first step"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := done
			test.change(&cfg)
			_, err := Run(context.Background(), cfg)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Run() = %v, want %q", err, test.want)
			}
		})
	}
}

// TestFailedStart leaves no folder behind, nor those around it.
func TestFailedStart(t *testing.T) {
	cfg, dir := tiny(t), filepath.Join(t.TempDir(), "runs")
	cfg.Data, cfg.Out = "/nowhere", filepath.Join(dir, "first")
	if _, err := Run(context.Background(), cfg); err == nil {
		t.Fatal("Run() began without data")
	}
	if _, err := os.Stat(dir); err == nil {
		t.Errorf("%s is left", dir)
	}
}

func TestRunLocksItsFolder(t *testing.T) {
	dir := t.TempDir()
	held, err := openFolder(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.close()
	cfg := tiny(t)
	cfg.Out = dir
	if _, err := Run(context.Background(), cfg); err == nil || !strings.Contains(err.Error(), "another run is writing") {
		t.Errorf("Run() = %v in a folder that another run uses", err)
	}
	if err := cfg.LoadRunConfig(); !errors.Is(err, ErrInUse) {
		t.Errorf("LoadRunConfig() = %v there", err)
	}
}

func TestLossNotFinite(t *testing.T) {
	cfg := tiny(t)
	cfg.Limit, cfg.Epochs, cfg.Batch = 24, 1, 2
	cfg.LearningRate, cfg.EncoderLearningRate, cfg.ClipNorm = 1e38, 1e38, 0
	_, err := Run(context.Background(), cfg)
	if err == nil || !strings.Contains(err.Error(), "steps in a row without a finite loss") {
		t.Errorf("Run() = %v, want the steps and pictures without a finite loss", err)
	}
}

// TestNotFiniteNamed spoils tensors of a model and wants to hear what is not
// finite, and the model left as it was.
func TestNotFiniteNamed(t *testing.T) {
	for _, test := range []struct {
		want  string
		spoil map[string]float64 // tensors by name, and what fills them
	}{
		{"decoder.gate.bias", map[string]float64{"decoder.gate.bias": math.NaN()}},
		{"loss", map[string]float64{"encoder.norm.weight": 3e38}},
		{"gradient norm", map[string]float64{"encoder.norm.weight": 0, "encoder.norm.bias": 0, "decoder.init_h.weight": 1e25}},
	} {
		t.Run(test.want, func(t *testing.T) {
			r := opened(t, tiny(t))
			output := spoil(t, r, test.spoil)
			before := values(t, output)
			o, err := r.trainer.Step(firstBatch(t, r))
			if err != nil {
				t.Fatal(err)
			}
			if o.NotFinite != test.want {
				t.Errorf("loss %v, gradient norm %v: %q is not finite, want %q", o.Loss, o.GradientNorm, o.NotFinite, test.want)
			}
			if !slices.Equal(values(t, output), before) {
				t.Error("the step was taken")
			}
		})
	}
}

// spoil fills tensors of a run's model and returns the output layer's.
func spoil(t *testing.T, r *run, with map[string]float64) (output *torch.Tensor) {
	t.Helper()
	err := torch.NoGrad(func(s *torch.Scope) error {
		for _, e := range r.network.Named() {
			if value, ok := with[e.Name]; ok {
				e.Tensor.FillInPlace(s, value)
			}
			if e.Name == "decoder.output.weight" {
				output = e.Tensor
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return output
}

func values(t *testing.T, x *torch.Tensor) (all []float32) {
	t.Helper()
	err := torch.NoGrad(func(s *torch.Scope) error {
		all = x.Float32s(s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestPhases resumes a run whose last epoch was self-critical with more epochs:
// it turns back, and to the reward again at the end.
func TestPhases(t *testing.T) {
	cfg := tiny(t)
	cfg.SelfCritical, cfg.Samples = 1, 2
	if _, err := Run(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	cfg.Epochs, cfg.Resume, cfg.NewSchedule = 4, true, true
	if _, err := Run(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	file, err := tensorfile.Open(filepath.Join(cfg.Out, resumeFile))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var saved state
	if err := json.Unmarshal([]byte(file.Metadata[stateKey]), &saved); err != nil {
		t.Fatal(err)
	}
	if p := saved.Progress; !p.Critical || p.PhaseStart != 9 { // three steps an epoch
		t.Errorf("self-critical %v since step %d, want true since step 9", p.Critical, p.PhaseStart)
	}
	for i, rate := range []float64{cfg.LearningRate, cfg.SelfCriticalRate, cfg.LearningRate, cfg.SelfCriticalRate} {
		if got := saved.History[i].LearningRate; got != rate {
			t.Errorf("epoch %d learned at %v, want %v", i+1, got, rate)
		}
	}
}

// TestUnknownRate counts the words that stand too seldom.
func TestUnknownRate(t *testing.T) {
	v, err := checkpoint.NewVocabulary(checkpoint.WordTokenizer, []string{"<pad>", "<start>", "<end>", "<unk>", "a", "tent"})
	if err != nil {
		t.Fatal(err)
	}
	cfg := tiny(t)
	d, err := openData(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	words, known := 0, 0
	for _, caption := range predict.Captions(d.Train) {
		for _, word := range strings.Fields(caption) {
			words++
			if word == "a" || word == "tent" {
				known++
			}
		}
	}
	if got, want := d.unknownRate(v, cfg.CaptionWords), 1-float64(known)/float64(words); known == 0 || math.Abs(got-want) > 1e-12 {
		t.Errorf("unknownRate() = %v, want %v", got, want)
	}
}
