package captioner

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/seetell/seetell/torch"
)

// searchBeams are searches that choose in ways of their own.
var searchBeams = map[string]Beam{
	"greedy":    {Width: 1, Best: 1, MaxWords: 9},
	"wide":      {Width: 5, Best: 5, MaxWords: 12, LengthPenalty: .7},
	"forbidden": {Width: 3, Best: 3, MaxWords: 12, MinWords: 4, NoRepeat: 1, Forbidden: []string{"w0", "w7"}},
	"no pairs":  {Width: 4, Best: 4, MaxWords: 12, NoRepeat: 2},
	"groups":    {Width: 6, Best: 6, MaxWords: 8, Groups: 3, Diversity: .5},
	"too wide":  {Width: 50, Best: 3, MaxWords: 4},
	"draws":     {Width: 1, Best: 3, MaxWords: 9, Sample: true, TopK: 4, Seed: 5},
}

// TestLikeliest: searches that see the likeliest words alone find what searches
// find that see all, also where many words are equally likely: as on a device, to
// the last bit; on the CPU, where softmax is summed in another order, nearly.
func TestLikeliest(t *testing.T) {
	for _, of := range []string{"random", "equal", "in bfloat16", "together"} {
		for name, beam := range searchBeams {
			t.Run(of+", "+name, func(t *testing.T) {
				n, v := networkOf(t, of == "equal")
				find := func(sight sightOf) (found [][]Caption) {
					n.Decoder.sight = sight
					err := torch.NoGrad(func(s *torch.Scope) (err error) {
						features := torch.Ones(s, torch.Float32, torch.CPU, 2, 4, 24)
						features.Narrow(s, 0, 1, 1).FillInPlace(s, -.5)
						views, p := []View{{n, features}}, PrecisionFloat32
						switch of {
						case "in bfloat16":
							p = PrecisionBFloat16
						case "together":
							views = append(views, View{n, features.MulScalar(s, .3)})
						}
						found, err = SearchTogether(context.Background(), s, views, v, beam, p)
						return err
					})
					if err != nil {
						t.Fatal(err)
					}
					return found
				}
				want := find(sightOfAll)
				if got := find(sightOfOrdered); !reflect.DeepEqual(got, want) {
					t.Errorf("found %+v, want %+v", got, want)
				}
				expectFound(t, find(sightOfAny), want)
			})
		}
	}
}

// expectFound fails where searches did not find the same words, with nearly the
// same log-probabilities.
func expectFound(t *testing.T, got, want [][]Caption) {
	t.Helper()
	for i := range want {
		for j, w := range want[i] {
			if g := got[i][j]; g.Text != w.Text || g.Finished != w.Finished || math.Abs(g.LogProbability-w.LogProbability) > 1e-4 {
				t.Errorf("picture %d, caption %d: %q %v, want %q %v", i, j, g.Text, g.LogProbability, w.Text, w.LogProbability)
			}
		}
	}
}

// networkOf returns a network that knows 30 words, where equal with some that are
// always equally likely.
func networkOf(t *testing.T, equal bool) (*Network, *Vocabulary) {
	t.Helper()
	if err := torch.ManualSeed(11); err != nil {
		t.Fatal(err)
	}
	n, v := numbered(t, smallConfig(), 30)
	err := torch.NoGrad(func(s *torch.Scope) error {
		n.Decoder.output.Weight.ScaleInPlace(s, 10)
		if equal {
			n.Decoder.output.Weight.Narrow(s, 0, 3, 25).FillInPlace(s, .01)
			n.Decoder.output.Bias.Narrow(s, 0, 3, 25).FillInPlace(s, .3)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, v
}

// TestLikeliestNotFinite: scores that are no numbers are found out in every way.
func TestLikeliestNotFinite(t *testing.T) {
	err := torch.NoGrad(func(s *torch.Scope) error {
		n, v, x := small(t, s)
		n.Decoder.output.Bias.FillInPlace(s, math.NaN())
		_, features := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
		for _, n.Decoder.sight = range []sightOf{sightOfAny, sightOfAll, sightOfOrdered} {
			if found, err := n.Search(context.Background(), s, features, v, Beam{Width: 1, Best: 1, MaxWords: 5}, PrecisionFloat32); err == nil {
				t.Errorf("found %+v", found)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// BenchmarkSearch times searches of 16 pictures by the recipe "base", 2,539 words,
// that see all words and that see the likeliest, 0, or as on a device, 2.
func BenchmarkSearch(b *testing.B) {
	n, v := numbered(b, DefaultConfig(), 2535)
	for _, sight := range []sightOf{sightOfAll, sightOfAny, sightOfOrdered, sightOfAll, sightOfAny} {
		b.Run(fmt.Sprint("sight=", sight), func(b *testing.B) {
			n.Decoder.sight = sight
			for b.Loop() {
				err := torch.NoGrad(func(s *torch.Scope) error {
					features := torch.Ones(s, torch.Float32, torch.CPU, 16, int64(n.Config.Places()), int64(n.Config.Features))
					_, err := n.Search(b.Context(), s, features, v, Beam{Width: 5, Best: 1, MaxWords: 12}, PrecisionFloat32)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
