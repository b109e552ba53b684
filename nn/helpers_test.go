package nn

import (
	"math"
	"slices"
	"testing"

	"github.com/seetell/seetell/torch"
)

// run calls f with a scope and fails the test on the scope's error.
func run(t *testing.T, f func(s *torch.Scope)) {
	t.Helper()
	err := torch.Run(func(s *torch.Scope) error {
		f(s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tensorOf returns the tensor of a name.
func tensorOf(t *testing.T, state StateDict, name string) *torch.Tensor {
	t.Helper()
	i := slices.IndexFunc(state, func(p Parameter) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("no tensor %q", name)
	}
	return state[i].Tensor
}

// close reports whether a is within tolerance of b, relative to b or to 1.
func close(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*math.Max(1, math.Abs(b)) }

// near requires x to be the golden tensor of a name: its shape, and values
// within tolerance times the largest magnitude.
func near(t *testing.T, s *torch.Scope, name string, x *torch.Tensor, golden StateDict, tolerance float64) {
	t.Helper()
	want := tensorOf(t, golden, name)
	if !slices.Equal(x.Shape(), want.Shape()) {
		t.Errorf("%s: shape %v, want %v", name, x.Shape(), want.Shape())
		return
	}
	got, expected := x.Float64s(s), want.Float64s(s)
	largest, difference := 0., 0.
	for i := range got {
		largest = math.Max(largest, math.Abs(expected[i]))
		if d := math.Abs(got[i] - expected[i]); !(d <= difference) {
			difference = d
		}
	}
	if !(difference <= tolerance*largest) {
		t.Errorf("%s: differs by %g, of %g at most: %v, want %v", name, difference, largest, got, expected)
	}
}

// same requires two tensors to be equal bit for bit.
func same(t *testing.T, s *torch.Scope, name string, got, want *torch.Tensor) {
	t.Helper()
	if !slices.Equal(got.Shape(), want.Shape()) || !slices.Equal(got.Float64s(s), want.Float64s(s)) {
		t.Errorf("%s: %v, want %v", name, got.Float64s(s), want.Float64s(s))
	}
}
