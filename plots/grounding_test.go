package plots

import (
	"math/rand/v2"
	"testing"

	"github.com/seetell/seetell/evaluate/grounding"
	"github.com/seetell/seetell/plots/internal/plottest"
)

// grounded are two systems whose attention was measured on the same boxes, the
// second better at it, and one for which nothing was measured.
func grounded(t testing.TB) []*System {
	t.Helper()
	var systems []*System
	for k, name := range []string{"base", "best", "unmeasured"} {
		r := plottest.Report(40, uint64(k+1))
		if k < 2 {
			r.Grounding = groundedReport(k)
		}
		systems = append(systems, withReferences(t, name, r))
	}
	return systems
}

func groundedReport(system int) *grounding.Report {
	random := rand.New(rand.NewPCG(7, uint64(system)))
	var pictures [][]grounding.Unit
	for i := range 60 {
		class := []string{"dog", "dog", "person", "boat"}[i%4]
		pointing := 0.0
		if random.Float64() < .35+.25*float64(system) {
			pointing = 1
		}
		pictures = append(pictures, []grounding.Unit{{
			Class: class, Area: .2, Inside: .2 + .1*random.Float64()*float64(1+2*system), Pointing: pointing, Blob: .25, Centre: float64(i % 2),
		}})
	}
	return grounding.New(pictures, 200, 1)
}

// TestGroundingRows: all words come first, then the kinds by how many words are
// of them; each number of a system is a row of the table.
func TestGroundingRows(t *testing.T) {
	if f := Grounding(grounded(t)[2:]); f != nil {
		t.Error("a system without boxes has a figure of attention")
	}
	f := Grounding(grounded(t))
	var labels []string
	for _, row := range f.Table.Rows {
		labels = append(labels, row[0]+" "+row[1])
	}
	want := []string{"all base", "all best", "dog base", "dog best", "boat base", "boat best", "person base", "person best"}
	if len(labels) != len(want) {
		t.Fatalf("rows %q, want %q", labels, want)
	}
	for i := range want {
		if labels[i] != want[i] {
			t.Errorf("row %d is %q, want %q", i, labels[i], want[i])
		}
	}
}
