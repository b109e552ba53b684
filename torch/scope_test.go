package torch

import (
	"errors"
	"strings"
	"testing"
)

// run1 runs f and fails the test on its error.
func compute(t testing.TB, f func(s *Scope)) {
	t.Helper()
	if err := Run(func(s *Scope) error { f(s); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestErrorNamesOperatorAndShapes(t *testing.T) {
	err := Run(func(s *Scope) error {
		x := Zeros(s, Float32, CPU, 2, 3)
		y := Zeros(s, Float32, CPU, 4)
		x.Add(s, y).Exp(s).Sum(s).Item(s)
		return nil
	})
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *Error", err)
	}
	if want := "add of (2, 3), (4): "; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %q, want it to begin with %q", err, want)
	}
	t.Log(err)
}
func TestGradSmoke(t *testing.T) {
	compute(t, func(s *Scope) {
		x := FromSlice(s, []float32{1, 2, 3}, 3).RequiresGrad(true)
		x.Mul(s, x).Sum(s).Backward(s)
		t.Log(x.Grad(s).Float32s(s), Version(), Threads(), Memory(CPU), NativeBFloat16(CPU))
		a, b := x.Max(s, 0)
		t.Log(a.Item(s), b.Item(s), Live())
	})
	_, err := ParseDevice("cuda")
	t.Log(err)
}
func BenchmarkAddSmall(b *testing.B) {
	b.ReportAllocs()
	err := NoGrad(func(outer *Scope) error {
		x := Ones(outer, Float32, CPU, 4)
		for b.Loop() {
			x.Add(outer, x).Free()
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
