package captioner

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// TestRefusesWrongArguments gives each door what used to panic behind it, and
// expects an error that names it.
func TestRefusesWrongArguments(t *testing.T) {
	targets := func(v *Vocabulary) Targets { return NewTargets(v, [][]string{{"a dog"}}, 9) }
	loss := func(features func(n *Network, s *torch.Scope) *torch.Tensor, t func(v *Vocabulary) Targets, how LossOptions) func(*torch.Scope, *Network, *Vocabulary) {
		return func(s *torch.Scope, n *Network, v *Vocabulary) { n.Loss(s, features(n, s), t(v), how) }
	}
	ones := func(shape ...int64) func(n *Network, s *torch.Scope) *torch.Tensor {
		return func(n *Network, s *torch.Scope) *torch.Tensor {
			return torch.Ones(s, torch.Float32, torch.CPU, append(shape, int64(n.Config.Features))...)
		}
	}
	one := ones(1, 4)
	search := func(views func(n *Network, s *torch.Scope) []View, words int) func(*torch.Scope, *Network, *Vocabulary) {
		return func(s *torch.Scope, n *Network, v *Vocabulary) {
			if words == 0 {
				v = nil
			}
			_, err := SearchTogether(t.Context(), s, views(n, s), v, DefaultBeam(), PrecisionFloat32)
			s.Fail(err)
		}
	}
	for _, test := range []struct {
		name, want string
		call       func(s *torch.Scope, n *Network, v *Vocabulary)
	}{
		{"features without places", "features of shape [1 0", loss(ones(1, 0), targets, LossOptions{})},
		{"features of no pictures", "features of shape [0 4", loss(ones(0, 4), targets, LossOptions{})},
		{"features of two dimensions", "features of shape [4", loss(ones(4), targets, LossOptions{})},
		{"targets of no captions", "without words", loss(one, func(*Vocabulary) Targets { return Targets{} }, LossOptions{})},
		{"targets of no vocabulary", "no vocabulary", loss(one, func(*Vocabulary) Targets { return targets(nil) }, LossOptions{})},
		{"no captions of each picture", "0 captions of each", loss(one, func(*Vocabulary) Targets { return SampledTargets([][]int64{{2}}, 0) }, LossOptions{})},
		{"another picture's targets", "of picture 1, where", loss(one, func(*Vocabulary) Targets { return SampledTargets([][]int64{{2}, {2}}, 1) }, LossOptions{})},
		{"a word that there is not", "the word 9999", loss(one, func(*Vocabulary) Targets { return SampledTargets([][]int64{{9999}}, 1) }, LossOptions{})},
		{"changed targets", "say 7", loss(one, func(v *Vocabulary) Targets { t := targets(v); t.Captions = 7; return t }, LossOptions{})},
		{"a guide without a detector", "detector of words", loss(one, targets, LossOptions{Guide: 1, GuideTemperature: 1})},
		{"a detector of others", "detector of 0 words", loss(one, targets, LossOptions{Detector: &WordDetector{}})},
		{"advantages of others", "2 advantages for 1", func(s *torch.Scope, n *Network, v *Vocabulary) {
			n.PolicyLoss(s, one(n, s), targets(v), []float64{1, 2}, LossOptions{})
		}},
		{"too many draws", "draws of 5 words", func(s *torch.Scope, n *Network, _ *Vocabulary) { n.Sample(s, one(n, s), 1<<50, 5, PrecisionFloat32) }},
		{"no draws", "0 draws", func(s *torch.Scope, n *Network, _ *Vocabulary) { n.Sample(s, one(n, s), 0, 5, PrecisionFloat32) }},
		{"draws of nothing", "features of shape []", func(s *torch.Scope, n *Network, _ *Vocabulary) { n.Sample(s, nil, 1, 5, PrecisionFloat32) }},
		{"five frozen layers", "5 frozen layers", func(s *torch.Scope, n *Network, _ *Vocabulary) {
			n.EncodePictures(s, torch.Ones(s, torch.Float32, torch.CPU, 1, 3, 8, 8), Modes{Frozen: 5}, PrecisionFloat32)
		}},
		{"fewer frozen layers than none", "-1 frozen layers", func(s *torch.Scope, n *Network, _ *Vocabulary) {
			n.Pooled(s, torch.Ones(s, torch.Float32, torch.CPU, 1, 3, 8, 8), Modes{Backbone: nn.Eval, Frozen: -1}, PrecisionFloat32)
		}},
		{"pictures without rows", "pictures of shape [1 3 0 8]", func(s *torch.Scope, n *Network, _ *Vocabulary) {
			n.FrozenFeatures(s, torch.Ones(s, torch.Float32, torch.CPU, 1, 3, 0, 8), 1, PrecisionFloat32)
		}},
		{"no views", "no view", search(func(*Network, *torch.Scope) []View { return nil }, 9)},
		{"a view without a network", "no network", search(func(n *Network, s *torch.Scope) []View { return []View{{nil, one(n, s)}} }, 9)},
		{"a search without words", "no vocabulary", search(func(n *Network, s *torch.Scope) []View { return []View{{n, one(n, s)}} }, 0)},
		{"views of different pictures", "of 1 and of 2 pictures", search(func(n *Network, s *torch.Scope) []View {
			return []View{{n, one(n, s)}, {n, ones(2, 4)(n, s)}}
		}, 9)},
		{"captions without a vocabulary", "no vocabulary", func(s *torch.Scope, n *Network, _ *Vocabulary) {
			n.Given(s, one(n, s), nil, []string{"a dog"}, PrecisionFloat32)
		}},
		{"fewer words than it has", "3 words where it has 7", func(s *torch.Scope, n *Network, _ *Vocabulary) { s.Fail(n.Grow(3)) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := torch.Run(func(s *torch.Scope) error {
				n, v, _ := small(t, s)
				test.call(s, n, v)
				return nil
			})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

// TestNilContext: a context that is nil never ends.
func TestNilContext(t *testing.T) {
	m := openSmall(t)
	var never context.Context
	captions, err := m.CaptionBytes(never, drawing(1), DefaultBeam())
	if err != nil || len(captions) != 1 {
		t.Errorf("%d captions, error %v", len(captions), err)
	}
}

// TestEnlargeAfterFailure: what failed before has no sides.
func TestEnlargeAfterFailure(t *testing.T) {
	failure := errors.New("a failure")
	err := torch.Run(func(s *torch.Scope) error {
		s.Fail(failure)
		enlarge(s, nothing(s), 2, 2)
		return nil
	})
	if !errors.Is(err, failure) {
		t.Errorf("error %v, want %v", err, failure)
	}
}
