package captioner

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/seetell/seetell/torch"
)

// TestGivenIsWhatWasSaid: a caption that a search found, given back, has the
// search's probabilities, gates and maps; a word outside the vocabulary is
// marked and keeps its text.
func TestGivenIsWhatWasSaid(t *testing.T) {
	err := torch.NoGrad(func(s *torch.Scope) error {
		n, v, x := small(t, s, deep)
		_, features := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
		one := features.Narrow(s, 0, 0, 1)
		found, err := n.Search(context.Background(), s, one, v, Beam{Width: 3, Best: 3, MaxWords: 6}, PrecisionFloat32)
		if err != nil {
			return err
		}
		texts := []string{"A zebra runs!"}
		for _, caption := range found[0] {
			texts = append(texts, caption.Text)
		}
		given := n.Given(s, one, v, texts, PrecisionFloat32)
		if zebra := given[0].Words[1]; given[0].Text != "a zebra runs" || zebra.Text != "zebra" || !zebra.Unknown || given[0].Words[0].Unknown {
			t.Errorf("given %+v, want zebra alone marked", given[0])
		}
		for i, want := range found[0] {
			compareCaptions(t, given[i+1], want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func compareCaptions(t *testing.T, got, want Caption) {
	t.Helper()
	if got.Text != want.Text || len(got.Words) != len(want.Words) {
		t.Fatalf("given %q, said %q", got.Text, want.Text)
	}
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-5 }
	if want.Finished && !near(got.LogProbability, want.LogProbability) {
		t.Errorf("%q: log-probability %v given, %v said", want.Text, got.LogProbability, want.LogProbability)
	}
	for i, w := range want.Words {
		g := got.Words[i]
		if !near(g.LogProbability, w.LogProbability) || !near(g.Gate, w.Gate) ||
			!slices.EqualFunc(g.Attention, w.Attention, func(a, b float32) bool { return near(float64(a), float64(b)) }) {
			t.Errorf("%q, word %d: %+v given, %+v said", want.Text, i, g, w)
		}
	}
}

func TestUniformAttention(t *testing.T) {
	err := torch.NoGrad(func(s *torch.Scope) error {
		n, v, x := small(t, s)
		_, features := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
		n.Uniform(true)
		found, err := n.Search(context.Background(), s, features, v, Beam{Width: 2, Best: 1, MaxWords: 6}, PrecisionFloat32)
		if err != nil {
			return err
		}
		given := n.Given(s, features.Narrow(s, 0, 0, 1), v, []string{"a dog runs"}, PrecisionFloat32)
		for _, w := range slices.Concat(given[0].Words, found[0][0].Words, found[1][0].Words) {
			for _, weight := range w.Attention {
				if math.Abs(float64(weight)*float64(n.Config.Places())-1) > 1e-6 {
					t.Errorf("%q: weights %v, want all the same", w.Text, w.Attention)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
