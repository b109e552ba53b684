package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// TestFeatureCache computes a picture's features once, again where that failed,
// and each time where there is no room.
func TestFeatureCache(t *testing.T) {
	failed := errors.New("no memory")
	computed := 0
	var cache *featureCache
	ask := func(fail bool, pixels ...uint8) (features []float32, err error) {
		err = torch.NoGrad(func(s *torch.Scope) error {
			features = cache.batch(s, pixels, 1, func(i int) *torch.Tensor {
				computed++
				if fail {
					s.Fail(failed)
				}
				return torch.Full(s, float64(pixels[i]), torch.Float32, torch.CPU, 1, 1, 1, 1)
			}).Float32s(s)
			return nil
		})
		return features, err
	}
	err := torch.NoGrad(func(s *torch.Scope) (err error) {
		cache, err = newFeatureCache(torch.Zeros(s, torch.Float32, torch.CPU, 1, 1, 1, 1), 1, 2, 1<<10)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer cache.close()
	for _, test := range []struct {
		name     string
		fail     bool
		pixels   []uint8
		computed int
	}{
		{"fails", true, []uint8{7}, 1},
		{"again", false, []uint8{7}, 1},
		{"held, and another", false, []uint8{7, 9}, 1},
		{"held both, and one too many", false, []uint8{9, 7, 5}, 1},
		{"one too many again", false, []uint8{5, 7}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			computed = 0
			features, err := ask(test.fail, test.pixels...)
			if test.fail != errors.Is(err, failed) {
				t.Fatalf("error %v", err)
			}
			if computed != test.computed {
				t.Errorf("computed %d, want %d", computed, test.computed)
			}
			for i, got := range features {
				if got != float32(test.pixels[i]) {
					t.Errorf("features of %d are %v", test.pixels[i], got)
				}
			}
		})
	}
}

// TestFeaturesOfValidation captions the validation split with features that
// are kept, twice, and as if nothing were frozen.
func TestFeaturesOfValidation(t *testing.T) {
	cfg := tiny(t)
	cfg.EncoderWeights, cfg.BatchNorm, cfg.FrozenLayers = randomBackbone(t), BatchNormFrozen, 3
	r := opened(t, cfg)
	kept, plain := r.trainer.Predictor(cfg, r.vocabulary), r.trainer.Predictor(cfg, r.vocabulary)
	plain.Pooled = nil
	var losses []float64
	for _, p := range []*predict.Predictor{kept, kept, plain} {
		found, err := p.Predict(context.Background(), r.data.Validation, nil)
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, found.Loss)
	}
	if losses[0] != losses[1] || math.Abs(losses[0]-losses[2]) > 1e-5 {
		t.Errorf("losses %v with features computed, kept, and none", losses)
	}
	if got := len(r.trainer.features.cache.slots); got != r.data.Validation.Len() {
		t.Errorf("features of %d pictures are kept, want %d", got, r.data.Validation.Len())
	}
}

// TestFeatureCacheTwins has two threads miss the same picture at once, and then
// another come.
func TestFeatureCacheTwins(t *testing.T) {
	var cache *featureCache
	err := torch.NoGrad(func(s *torch.Scope) (err error) {
		cache, err = newFeatureCache(torch.Zeros(s, torch.Float32, torch.CPU, 1, 1, 1, 1), 1, 10, 1<<10)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer cache.close()
	var missed, group sync.WaitGroup
	ask := func(meet bool, pixels ...uint8) (features []float32) {
		err := torch.NoGrad(func(s *torch.Scope) error {
			features = cache.batch(s, pixels, 1, func(i int) *torch.Tensor {
				if meet {
					missed.Done()
					missed.Wait()
				}
				return torch.Full(s, float64(pixels[i]), torch.Float32, torch.CPU, 1, 1, 1, 1)
			}).Float32s(s)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return features
	}
	missed.Add(2)
	for range 2 {
		group.Go(func() { ask(true, 7) })
	}
	group.Wait()
	ask(false, 9)
	if got := ask(false, 7, 9); !slices.Equal(got, []float32{7, 9}) {
		t.Errorf("features %v, want 7 and 9", got)
	}
}
