package plots

import (
	"testing"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/plots/internal/plottest"
)

// testSystem is the system of plottest.Report.
func testSystem(t testing.TB, name string, n int, seed uint64) *System {
	t.Helper()
	s, err := NewSystem(name, plottest.Report(n, seed))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// withReferences adds made-up human and floor scores.
func withReferences(t testing.TB, name string, r *evaluate.Report) *System {
	t.Helper()
	plottest.AddReferences(r)
	s, err := NewSystem(name, r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// longNamed are two systems much alike, whose names no label has room for.
func longNamed(t testing.TB) []*System {
	t.Helper()
	const name = "a model that was trained with self-critical epochs and random crops for a week, then averaged"
	return []*System{testSystem(t, name+" once", 2000, 1), testSystem(t, name+" twice", 2000, 2)}
}
