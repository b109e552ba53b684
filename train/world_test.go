package train

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/internal/testrun"
	"github.com/seetell/seetell/internal/testworld"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// taskVariable holds what a copy of the test program does instead of testing,
// as one process of a world.
const taskVariable = "SEETELL_TRAIN_TEST_TASK"

// task is a run, or its first steps alone.
type task struct {
	Case   string // of worldCases
	Out    string
	Steps  int // 0 for the whole run
	Stop   int // the last rank asks for the end behind so many steps; 0 for never
	Resume bool

	Overlap bool // as on several machines
}

// worldCases are changes to what tiny makes, without anything drawn.
var worldCases = map[string]func(*Config){
	"plain":             func(*Config) {},
	"feature norm":      func(c *Config) { c.Model.FeatureNorm = checkpoint.FeatureNormBatch },
	"statistics of all": func(c *Config) { c.BatchNorm, c.LearningRate = BatchNormBatch, 1e-5 },
	"accumulation":      func(c *Config) { c.Accumulate, c.Model.FeatureNorm = 3, checkpoint.FeatureNormBatch },
	"micro-batches":     func(c *Config) { c.MicroBatch, c.Model.FeatureNorm = "1", checkpoint.FeatureNormBatch },
	"pairs":             func(c *Config) { c.CaptionsPerStep = "1" },
	"frozen layers":     func(c *Config) { c.FrozenLayers, c.Augmentation.Flip = 3, loader.FlipKeep },
	"a frozen encoder":  func(c *Config) { c.FreezeEncoder, c.Model.FeatureNorm = -1, checkpoint.FeatureNormBatch },
	"penalty and average": func(c *Config) {
		c.AttentionPenalty, c.LabelSmoothing, c.AverageDecay, c.LearningRate = 1, .1, .9, 1e-4
	},
	"a detector of words": func(c *Config) { c.WordDetector, c.AttentionGuide = .1, 1 },
	"drawn": func(c *Config) {
		c.Dropout, c.ScheduledSampling, c.AverageDecay, c.Limit = .5, .5, .9, 6
		c.Epochs, c.SelfCritical, c.SelfCriticalWords, c.Samples = 3, 1, .1, 2
		c.Model.FeatureNorm = checkpoint.FeatureNormBatch
	},
	"drawn in micro-batches": func(c *Config) {
		c.Epochs, c.SelfCritical, c.Samples, c.MicroBatch, c.BatchNorm, c.Limit = 1, 1, 2, "1", BatchNormBatch, 6
	},
}

// small returns the settings of a task: batches of 4 of 14 pictures, so that the
// last of an epoch leaves a process of four without any.
func small(what task) Config {
	c := DefaultConfig()
	c.Data, c.Out, c.Resume = "demo", what.Out, what.Resume
	c.Limit, c.Epochs, c.Batch, c.ClipNorm = 14, 5, 4, 1
	c.EncoderWeights, c.MinimumCount, c.BatchNorm = "none", 1, BatchNormFrozen
	c.Preprocessing.Size = 64
	c.Model.Grid, c.Model.Features, c.Model.Embedding, c.Model.Hidden, c.Model.Attention = 2, 16, 16, 16, 16
	c.Precision, c.Device, c.Dropout = "float32", "cpu", 0
	c.Beam.Width, c.Beam.MaxWords = 2, 8
	worldCases[what.Case](&c)
	return c
}

// work does a task as the process that the environment says.
func work(text string) error {
	var what task
	if err := json.Unmarshal([]byte(text), &what); err != nil {
		return err
	}
	o, launched, err := distributed.FromEnvironment()
	if err != nil {
		return err
	}
	if err := torch.SetThreads(1); err != nil {
		return err
	}
	c := small(what)
	if launched {
		if c.World, err = distributed.Join(o); err != nil {
			return err
		}
		defer c.World.Leave()
	}
	if what.Steps == 0 {
		return whole(c, what)
	}
	found, err := steps(c, what)
	if err := tellWorld(c, true, err); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

// whole is Run, whose end the last rank may ask for.
func whole(c Config, what task) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r, err := open(ctx, c, nil)
	if err != nil {
		return tellWorld(c, true, err)
	}
	defer r.close()
	r.start()
	r.trainer.Overlap = what.Overlap
	if what.Stop > 0 && c.World.Rank() == c.World.Size()-1 {
		r.listeners = append(r.listeners, &stopAfter{what.Stop, cancel})
	}
	for err == nil && !r.cfg.done(r.progress) {
		err = r.epoch(ctx)
	}
	if err == nil {
		err = r.saveLast(ctx)
	}
	return tellWorld(c, true, err)
}

// stepsHeard takes what each step of a run came to from its sums.
type stepsHeard struct {
	run    *run
	before sums
	found  []StepStats
}

func (h *stepsHeard) Hear(e Event) error {
	if _, ok := e.(StepDone); !ok {
		return nil
	}
	now := h.run.progress.Running
	if now.Steps <= h.before.Steps {
		h.before = sums{}
	}
	words := now.Words - h.before.Words
	h.found = append(h.found, StepStats{Loss: (now.Loss - h.before.Loss) / float64(words), Words: words, GradientNorm: now.Norm - h.before.Norm})
	h.before = now
	return nil
}

// steps takes the first steps of a run.
func steps(c Config, what task) ([]StepStats, error) {
	r, err := open(context.Background(), c, nil)
	if err != nil {
		return nil, err
	}
	defer r.close()
	r.trainer.Overlap = what.Overlap
	heard := &stepsHeard{run: r}
	r.listeners = append(r.listeners, heard)
	for len(heard.found) < what.Steps {
		if err := r.enterPhase(); err != nil {
			return nil, err
		}
		if err := r.steps(context.Background()); err != nil {
			return nil, err
		}
		r.progress.Epochs++
		r.progress.Batches, r.progress.Running = 0, sums{}
	}
	return heard.found[:what.Steps], nil
}

// together does a task in a world of a size and returns what each process wrote
// and its exit code.
func together(t *testing.T, size int, what task) (texts []string, codes []int) {
	t.Helper()
	text, err := json.Marshal(what)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range testworld.World(t, size, []string{taskVariable + "=" + string(text)}, os.Args[0]) {
		text, code := m.End()
		texts, codes = append(texts, text), append(codes, code)
	}
	return texts, codes
}

// TestStepsOfWorlds holds losses of eight steps and the first gradients' norm of
// two and four processes to one's, where a process has no picture of a batch
// too.
func TestStepsOfWorlds(t *testing.T) {
	for name := range worldCases {
		if strings.HasPrefix(name, "drawn") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			sizes := []int{2, 4}
			if !testworld.Long() {
				sizes = quick[name]
			}
			if len(sizes) == 0 {
				t.Skip("left to make test-world")
			}
			want := stepsAlone(t, name, 8)
			for _, size := range sizes {
				texts, codes := together(t, size, task{Case: name, Out: t.TempDir(), Steps: 8, Overlap: size == 4})
				for rank, text := range texts {
					var got []StepStats
					if err := json.Unmarshal([]byte(text), &got); err != nil || codes[rank] != 0 {
						t.Fatalf("rank %d of %d: exit code %d, %s", rank, size, codes[rank], text)
					}
					compareSteps(t, name, fmt.Sprintf("rank %d of %d", rank, size), got, want)
				}
			}
		})
	}
}

// quick are the cases of every run of the tests, with their worlds' sizes.
var quick = map[string][]int{"feature norm": {2}, "frozen layers": {4}}

func stepsAlone(t *testing.T, name string, count int) []StepStats {
	t.Helper()
	threads := torch.Threads()
	defer torch.SetThreads(threads)
	if err := torch.SetThreads(1); err != nil {
		t.Fatal(err)
	}
	what := task{Case: name, Out: t.TempDir(), Steps: count}
	found, err := steps(small(what), what)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// compareSteps holds steps to others within 1e-5; not those of a backbone that
// uses the batch's statistics, in which two threads differ from one by more.
func compareSteps(t *testing.T, name, who string, got, want []StepStats) {
	t.Helper()
	tolerance := 1e-5
	if name == "statistics of all" {
		tolerance = 1e-3
	}
	for i := range want {
		if got[i].Words != want[i].Words || math.Abs(got[i].Loss-want[i].Loss) > tolerance*want[i].Loss {
			t.Errorf("%s: step %d has loss %v of %d words, want %v of %d", who, i+1, got[i].Loss, got[i].Words, want[i].Loss, want[i].Words)
		}
	}
	if math.Abs(got[0].GradientNorm-want[0].GradientNorm) > tolerance*want[0].GradientNorm {
		t.Errorf("%s: the first norm is %v, want %v", who, got[0].GradientNorm, want[0].GradientNorm)
	}
}

// finished is together for a run that is to come to its end.
func finished(t *testing.T, size int, what task) {
	t.Helper()
	texts, codes := together(t, size, what)
	for rank, code := range codes {
		if code != 0 {
			t.Fatalf("rank %d of %d: exit code %d, %s", rank, size, code, texts[rank])
		}
	}
}

// TestSameWorldSameBytes runs all that draws random numbers twice, once as on
// several machines.
func TestSameWorldSameBytes(t *testing.T) {
	for _, name := range []string{"drawn", "drawn in micro-batches"} {
		t.Run(name, func(t *testing.T) {
			if name == "drawn" && !testworld.Long() {
				t.Skip("left to make test-world")
			}
			var runs []map[string]string
			for _, overlap := range []bool{false, true} {
				out := t.TempDir()
				finished(t, 2, task{Case: name, Out: out, Overlap: overlap})
				runs = append(runs, testrun.Contents(t, out))
			}
			testrun.Same(t, runs[1], runs[0])
		})
	}
}

// TestStoppedWorldGoesOn stops two processes behind a step, where the last asks
// for it, and goes on: with two to the same bytes, with one or four to the same
// losses.
func TestStoppedWorldGoesOn(t *testing.T) {
	whole := t.TempDir()
	finished(t, 2, task{Case: "feature norm", Out: whole})
	want := testrun.Contents(t, whole)
	for _, size := range []int{1, 2, 4} {
		if size > 1 && !testworld.Long() {
			continue // TestProcessesStopTogether of the command has two go on
		}
		out := t.TempDir()
		texts, codes := together(t, 2, task{Case: "feature norm", Out: out, Stop: 6})
		for rank, text := range texts {
			if codes[rank] != 1 || !strings.Contains(text, "interrupted after step 6") {
				t.Fatalf("rank %d: exit code %d, %s", rank, codes[rank], text)
			}
		}
		finished(t, size, task{Case: "feature norm", Out: out, Resume: true})
		if size == 2 {
			testrun.Same(t, testrun.Contents(t, out), want)
			continue
		}
		got, last := history(t, out), history(t, whole)
		for i := range last {
			if math.Abs(got[i].Loss-last[i].Loss) > 1e-3*last[i].Loss {
				t.Errorf("gone on with %d, epoch %d has loss %v, want %v", size, i+1, got[i].Loss, last[i].Loss)
			}
		}
	}
}

func history(t *testing.T, dir string) []Epoch {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, historyFile))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := checkpoint.ParseHistory(data)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestStepSeed wants other random numbers in each step and process.
func TestStepSeed(t *testing.T) {
	seen := map[uint32]bool{}
	for run := range 3 {
		for step := range 100 {
			for rank := range 8 {
				seen[uint32(stepSeed(int64(run), step, rank))] = true // all that the CPU's generator looks at
			}
		}
	}
	if len(seen) != 2400 {
		t.Errorf("%d different seeds of 2400", len(seen))
	}
}
