package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/torch"
)

// opened returns a run with its network and its data, before its first step.
func opened(t *testing.T, cfg Config) *run {
	t.Helper()
	r, err := open(context.Background(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.close)
	if err := r.enterPhase(); err != nil {
		t.Fatal(err)
	}
	return r
}

// firstBatch returns the first step's pictures.
func firstBatch(t *testing.T, r *run) *Batch {
	t.Helper()
	batches, err := loader.New(context.Background(), r.data.Train, r.data.loading(r.cfg, r.progress))
	if err != nil {
		t.Fatal(err)
	}
	defer batches.Close()
	b, err := r.nextBatch(batches)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// gradientsOf returns the loss of a batch and all gradients.
func gradientsOf(t *testing.T, r *run, b *Batch) (loss float64, all []float32) {
	t.Helper()
	if err := torch.ManualSeed(1); err != nil { // of what is dropped and drawn
		t.Fatal(err)
	}
	stats, err := r.trainer.Backward(b)
	if err != nil {
		t.Fatal(err)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		for _, x := range r.trainer.parameters {
			if gradient := x.Grad(s); gradient != nil {
				all = append(all, gradient.Float32s(s)...)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return stats.Loss, all
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
			if cfg.SelfCritical = test.critical; test.critical > 0 {
				cfg.FeatureDropout = .5 // what is drawn, and what is learned of it, lacks the same
			}
			r := opened(t, cfg)
			b := firstBatch(t, r)
			loss, whole := gradientsOf(t, r, b)
			for _, pictures := range []int{1, 3} {
				r.trainer.microBatch.pictures = pictures
				partLoss, parts := gradientsOf(t, r, b)
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
	loss, whole := gradientsOf(t, one, firstBatch(t, one))
	cfg.Batch, cfg.Accumulate, cfg.Out = 3, 2, t.TempDir()
	two := opened(t, cfg)
	b := firstBatch(t, two)
	if len(b.Parts) != 2 {
		t.Fatalf("%d batches, want 2", len(b.Parts))
	}
	sum, joined := gradientsOf(t, two, b)
	if difference := largestDifference(whole, joined); math.Abs(sum-loss) > 1e-5*loss || difference > 1e-5 {
		t.Errorf("loss %v and %v, gradients differ by %.2g of the largest; want 1e-5", sum, loss, difference)
	}
}

// TestAccumulatedRun counts steps, the last of an epoch of fewer batches.
func TestAccumulatedRun(t *testing.T) {
	cfg := tiny(t)
	cfg.Accumulate, cfg.Epochs, cfg.Schedule = 2, 1, ScheduleCosine // three batches an epoch
	result, err := Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if steps := result.History[0].Step; steps != 2 {
		t.Errorf("%d steps, want 2", steps)
	}
	if rate := result.History[0].LearningRate; math.Abs(rate-cfg.LearningRate/2) > 1e-12 {
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
	want.trainer.microBatch.pictures = 2
	loss, whole := gradientsOf(t, want, firstBatch(t, want))
	cfg.Out = t.TempDir()
	got := opened(t, cfg)
	var sizes []int
	got.trainer.try = func(b *Batch) (StepStats, error) {
		stats, err := got.trainer.gradients(b)
		size := got.trainer.MicroBatch()
		if sizes = append(sizes, size); size == 0 || size > 2 {
			err = &torch.Error{Message: "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory"}
		}
		return stats, err
	}
	halved, parts := gradientsOf(t, got, firstBatch(t, got))
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

func buffersOf(t *testing.T, r *run) (all []float32) {
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
		r.trainer.try = func(*Batch) (StepStats, error) { return StepStats{}, &torch.Error{Message: "CUDA out of memory"} }
		_, err := r.step(firstBatch(t, r), 1)
		if err == nil || !errors.Is(err, ErrOutOfMemory) || !strings.Contains(err.Error(), "out of memory in step 1") {
			t.Errorf("micro batch %s: %v, want out of memory and what to do", micro, err)
		}
	}
}
