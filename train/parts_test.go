package train

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/torch"
)

// opened returns a session with its network and its data, before its first
// step.
func opened(t *testing.T, cfg Config) *session {
	t.Helper()
	r := newSession(cfg, quiet(), nil)
	t.Cleanup(r.close)
	if err := r.open(context.Background()); err != nil {
		t.Fatal(err)
	}
	r.critic = newCritic(r.train, r.vocabulary, cfg.CaptionWords)
	return r
}

// firstLesson returns the first step's pictures.
func firstLesson(t *testing.T, r *session) lesson {
	t.Helper()
	loader, err := loader.New(context.Background(), r.train, r.loaderConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer loader.Close()
	l, err := r.nextLesson(loader)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// gradientsOf returns the loss of a lesson and all gradients.
func gradientsOf(t *testing.T, r *session, l lesson) (loss float64, all []float32) {
	t.Helper()
	if err := torch.ManualSeed(1); err != nil { // of what is dropped and drawn
		t.Fatal(err)
	}
	o, err := r.gradients(l)
	if err != nil {
		t.Fatal(err)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		for _, x := range r.trained {
			if gradient := x.Grad(s); gradient != nil {
				all = append(all, gradient.Float32s(s)...)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return o.loss, all
}

// TestPartsHaveTheSameGradient works through a batch in parts of every size.
// The backbone's statistics are frozen and nothing is dropped.
func TestPartsHaveTheSameGradient(t *testing.T) {
	for _, test := range []struct {
		name, norm string
		freeze     int
		critical   int
	}{
		{"without the feature norm", checkpoint.FeatureNormNone, 0, 0},
		{"feature norm over the whole batch", checkpoint.FeatureNormBatch, 0, 0},
		{"backbone still", checkpoint.FeatureNormBatch, 1, 0},
		{"self-critical", checkpoint.FeatureNormBatch, 0, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := tiny(t)
			cfg.BatchNorm, cfg.Dropout, cfg.AttentionPenalty = BatchNormFrozen, 0, 1
			cfg.Model.FeatureNorm, cfg.FreezeEncoder, cfg.Batch = test.norm, test.freeze, 5
			cfg.SelfCritical = test.critical
			r := opened(t, cfg)
			l := firstLesson(t, r)
			loss, whole := gradientsOf(t, r, l)
			for _, pictures := range []int{1, 3} {
				r.progress.Part = pictures
				partLoss, parts := gradientsOf(t, r, l)
				if math.Abs(partLoss-loss) > 1e-5*math.Abs(loss) {
					t.Errorf("parts of %d: loss %v, want %v", pictures, partLoss, loss)
				}
				if difference := largestDifference(whole, parts); difference > 1e-5 {
					t.Errorf("parts of %d: gradients differ by %.2g of the largest, want 1e-5", pictures, difference)
				}
			}
		})
	}
}

// largestDifference returns the largest difference of two gradients, relative
// to the largest value.
func largestDifference(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	var difference, largest float64
	for i := range a {
		difference = max(difference, math.Abs(float64(a[i]-b[i])))
		largest = max(largest, math.Abs(float64(a[i])))
	}
	return difference / largest
}

// TestAccumulatedIsOneBatch joins two batches of three and compares with one
// of six. The mean is over all words.
func TestAccumulatedIsOneBatch(t *testing.T) {
	cfg := tiny(t)
	cfg.BatchNorm, cfg.Dropout, cfg.AttentionPenalty = BatchNormFrozen, 0, 1
	cfg.Model.FeatureNorm, cfg.Batch = checkpoint.FeatureNormNone, 6
	one := opened(t, cfg)
	loss, whole := gradientsOf(t, one, firstLesson(t, one))
	cfg.Batch, cfg.Accumulate = 3, 2
	two := opened(t, cfg)
	l := firstLesson(t, two)
	if len(l.batches) != 2 {
		t.Fatalf("%d batches, want 2", len(l.batches))
	}
	sum, joined := gradientsOf(t, two, l)
	if difference := largestDifference(whole, joined); math.Abs(sum-loss) > 1e-5*loss || difference > 1e-5 {
		t.Errorf("loss %v and %v, gradients differ by %.2g of the largest; want 1e-5", sum, loss, difference)
	}
}

// TestAccumulatedRun counts steps, the last of an epoch of fewer batches.
func TestAccumulatedRun(t *testing.T) {
	cfg := tiny(t)
	cfg.Accumulate, cfg.Epochs, cfg.Schedule = 2, 1, ScheduleCosine // three batches an epoch
	r := opened(t, cfg)
	if err := r.epochs(context.Background()); err != nil {
		t.Fatal(err)
	}
	if r.progress.Steps != 2 || r.history[0].Step != 2 {
		t.Errorf("%d steps, want 2", r.progress.Steps)
	}
	if rate := r.history[0].LearningRate; math.Abs(rate-cfg.LearningRate/2) > 1e-12 {
		t.Errorf("the last learning rate is %v, want half of %v", rate, cfg.LearningRate)
	}
}

// TestOutOfMemory lets whole batches and halves of them fail for want of
// memory after their work is done: quarters give what they would have given
// at once, dropout and running statistics included.
func TestOutOfMemory(t *testing.T) {
	cfg := tiny(t)
	cfg.Batch = 8
	want := opened(t, cfg)
	want.progress.Part = 2
	loss, whole := gradientsOf(t, want, firstLesson(t, want))
	got := opened(t, cfg)
	var sizes []int
	got.try = func(l lesson) (outcome, error) {
		o, err := got.tryGradients(l)
		if sizes = append(sizes, got.progress.Part); got.progress.Part == 0 || got.progress.Part > 2 {
			err = &torch.Error{Message: "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory"}
		}
		return o, err
	}
	halved, parts := gradientsOf(t, got, firstLesson(t, got))
	if !slices.Equal(sizes, []int{0, 4, 2}) {
		t.Errorf("tried parts of %v pictures, want 0, 4 and 2", sizes)
	}
	if halved != loss || !slices.Equal(whole, parts) {
		t.Errorf("loss %v and %v, gradients differ by %.2g of the largest; want the same", halved, loss, largestDifference(whole, parts))
	}
	if !slices.Equal(buffersOf(t, want), buffersOf(t, got)) {
		t.Error("running statistics differ")
	}
}

func buffersOf(t *testing.T, r *session) (all []float32) {
	t.Helper()
	err := torch.NoGrad(func(s *torch.Scope) error {
		for _, e := range r.network.Named() {
			if !e.Trainable {
				all = append(all, e.Tensor.To(s, torch.Float32).Float32s(s)...)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestNoMemoryAtAll ends with what to do where a picture alone does not fit,
// or batches are to stay whole.
func TestNoMemoryAtAll(t *testing.T) {
	for _, micro := range []string{microBatchAuto, "0", "3"} {
		cfg := tiny(t)
		cfg.MicroBatch = micro
		r := opened(t, cfg)
		r.try = func(lesson) (outcome, error) { return outcome{}, &torch.Error{Message: "CUDA out of memory"} }
		_, err := r.gradients(firstLesson(t, r))
		if err == nil || !strings.Contains(err.Error(), "out of memory in step 1") || !strings.Contains(err.Error(), "lower --batch") {
			t.Errorf("micro batch %s: %v, want out of memory and what to do", micro, err)
		}
	}
}
