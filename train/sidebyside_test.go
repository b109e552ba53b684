package train

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch"
)

// pairs returns a run of two threads.
func pairs(t *testing.T, cfg Config) *run {
	t.Helper()
	runtime.LockOSThread() // each thread of the system has its own number
	t.Cleanup(runtime.UnlockOSThread)
	before := torch.Threads()
	if err := torch.SetThreads(2); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := torch.SetThreads(before); err != nil {
			t.Error(err)
		}
	})
	return opened(t, cfg)
}

// TestHalvesHaveTheSameGradient learns from a batch's halves side by side and
// from all of it at once. Nothing is dropped.
func TestHalvesHaveTheSameGradient(t *testing.T) {
	for _, test := range []struct {
		name   string
		frozen int
		batch  int
	}{
		{"all layers learn", 0, 5},
		{"three are frozen", 3, 8},
		{"all are frozen", 4, 8},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := tiny(t)
			cfg.EncoderWeights, cfg.BatchNorm, cfg.FrozenLayers = randomBackbone(t), BatchNormFrozen, test.frozen
			cfg.Dropout, cfg.AttentionPenalty, cfg.Batch, cfg.Model.FeatureNorm = 0, 1, test.batch, checkpoint.FeatureNormNone
			r := pairs(t, cfg)
			b := firstBatch(t, r)
			halved, halves := gradientsOf(t, r, b)
			pair := r.trainer.pair
			defer pair.Close()
			r.trainer.pair = nil
			loss, whole := gradientsOf(t, r, b)
			if math.Abs(halved-loss) > 1e-5*math.Abs(loss) {
				t.Errorf("loss %v, want %v", halved, loss)
			}
			if difference := largestDifference(whole, halves); difference > 1e-5 {
				t.Errorf("gradients differ by %.2g of the largest, want 1e-5", difference)
			}
		})
	}
}

// TestHalvesDropAlike drops the same of a batch's halves from the same seed,
// whichever thread is first, and as much as is asked for.
func TestHalvesDropAlike(t *testing.T) {
	cfg := tiny(t)
	cfg.BatchNorm, cfg.Dropout, cfg.Batch, cfg.Model.FeatureNorm = BatchNormFrozen, .5, 8, checkpoint.FeatureNormNone
	r := pairs(t, cfg)
	b := firstBatch(t, r)
	loss, first := gradientsOf(t, r, b)
	for range 8 {
		if again, other := gradientsOf(t, r, b); again != loss || !slices.Equal(other, first) {
			t.Fatalf("loss %v and then %v, gradients differ by %.2g of the largest; want the same", loss, again, largestDifference(first, other))
		}
	}
	if _, err := r.trainer.Backward(b); err != nil { // from where the generator stands now
		t.Fatal(err)
	}
	words, ok := r.trainer.Objective.(CrossEntropy)
	words.Options.Dropout = 0
	if r.trainer.Objective = words; !ok {
		t.Fatal("the objective is not the words'")
	}
	if whole, _ := gradientsOf(t, r, b); whole == loss {
		t.Error("nothing was dropped")
	}
}

// TestHalvesAreLeftOut where a batch is one: a norm of the batch, one picture, or
// words that are drawn.
func TestHalvesAreLeftOut(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Config)
	}{
		{"the backbone's norm", func(c *Config) { c.BatchNorm, c.Model.FeatureNorm = BatchNormBatch, checkpoint.FeatureNormNone }},
		{"the feature norm", func(c *Config) { c.Model.FeatureNorm = checkpoint.FeatureNormBatch }},
		{"a picture alone", func(c *Config) { c.Batch = 1 }},
		{"captions drawn", func(c *Config) { c.SelfCritical = c.Epochs }},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := tiny(t)
			cfg.BatchNorm, cfg.Model.FeatureNorm = BatchNormFrozen, checkpoint.FeatureNormNone
			test.change(&cfg)
			r := pairs(t, cfg)
			b := firstBatch(t, r)
			p := pass{network: r.network, objective: r.trainer.Objective, modes: r.trainer.Modes, pair: r.trainer.pair}
			if _, ok := p.halves(b.Parts[0]); ok {
				t.Error("it is halved")
			}
		})
	}
}

// TestJoinedPartsAddUpAlike learns from two batches that --accumulate joins: the
// same gradients whichever thread is first.
func TestJoinedPartsAddUpAlike(t *testing.T) {
	cfg := tiny(t)
	cfg.BatchNorm, cfg.Dropout, cfg.Batch, cfg.Model.FeatureNorm, cfg.Accumulate = BatchNormFrozen, .5, 4, checkpoint.FeatureNormNone, 2
	r := pairs(t, cfg)
	b := firstBatch(t, r)
	if len(b.Parts) != 2 {
		t.Fatalf("%d parts, want 2", len(b.Parts))
	}
	loss, first := gradientsOf(t, r, b)
	for range 8 {
		if again, other := gradientsOf(t, r, b); again != loss || !slices.Equal(other, first) {
			t.Fatalf("loss %v and then %v, gradients differ by %.2g of the largest; want the same", loss, again, largestDifference(first, other))
		}
	}
}
