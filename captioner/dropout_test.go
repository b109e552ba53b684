package captioner

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seetell/seetell/torch"
)

// TestDrop drops as many elements as asked for, within five deviations of
// chance, and keeps the sum.
func TestDrop(t *testing.T) {
	const n = 100_003
	for _, p := range []float64{0, .1, .5, .9} {
		how := LossOptions{Random: rand.New(rand.NewPCG(1, 2))}
		err := torch.NoGrad(func(s *torch.Scope) error {
			x := how.drop(s, torch.Ones(s, torch.Float32, torch.CPU, n), p)
			dropped, sum := 0., 0.
			for _, value := range x.Float64s(s) {
				if sum += value; value == 0 {
					dropped++
				} else if math.Abs(value-1/(1-p)) > 1e-6 {
					t.Fatalf("of 1 it makes %v, with probability %v", value, p)
				}
			}
			chance := 5 * math.Sqrt(n*p*(1-p))
			if math.Abs(dropped-n*p) > chance || math.Abs(sum-n) > chance/(1-p)+1e-2*n*1e-4 {
				t.Errorf("probability %v: %v of %d dropped, sum %v", p, dropped, n, sum)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestFeatureMask drops a feature at all of a picture's places or at none, of each
// picture others; a caption's scores are then those of the features that are left.
func TestFeatureMask(t *testing.T) {
	err := torch.NoGrad(func(s *torch.Scope) error {
		n, v, x := small(t, s)
		_, features := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
		targets := NewTargets(v, [][]string{{"a dog runs", "dog"}, {"a cat", "a dog runs a dog"}}, 28)
		how := func() LossOptions {
			return LossOptions{Precision: PrecisionFloat32, FeatureDropout: .5, Random: rand.New(rand.NewPCG(1, 2))}
		}
		if mask := (LossOptions{}).FeatureMask(s, features); mask != nil {
			t.Errorf("a mask %v where nothing is dropped", mask.Shape())
		}
		mask := how().FeatureMask(s, features)
		values, width := mask.Float64s(s), n.Config.Features
		dropped, apart := 0, 0
		for i, value := range values {
			if value == 0 {
				dropped++
			} else if value != 2 {
				t.Fatalf("a feature is multiplied by %v", value)
			}
			if i >= width && value != values[i-width] {
				apart++
			}
		}
		if mask.Dim(1) != 1 || dropped == 0 || dropped == len(values) || apart == 0 {
			t.Errorf("mask %v: %d dropped, %d otherwise than of the picture before", mask.Shape(), dropped, apart)
		}
		got := n.Logits(s, features, targets, how()).Float64s(s)
		want := n.Logits(s, features.Mul(s, mask), targets, LossOptions{Precision: PrecisionFloat32}).Float64s(s)
		whole := n.Logits(s, features, targets, LossOptions{Precision: PrecisionFloat32}).Float64s(s)
		if !slices.Equal(got, want) || slices.Equal(got, whole) {
			t.Error("scores are not those of the features that are left")
		}
		return s.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}
