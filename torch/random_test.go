package torch

import (
	"bytes"
	"slices"
	"testing"
)

// TestLeaveUndrawn: in such a scope tensors keep their values and the generator
// its state.
func TestLeaveUndrawn(t *testing.T) {
	compute(t, func(s *Scope) {
		state := func() []byte {
			state, err := RandomState(CPU)
			if err != nil {
				t.Fatal(err)
			}
			return state
		}
		before := state()
		s.LeaveUndrawn(true)
		x := Zeros(s, Float32, CPU, 3)
		x.Uniform(s, 1, 2)
		x.Normal(s, 5, 1)
		if got := x.Float32s(s); !slices.Equal(got, []float32{0, 0, 0}) {
			t.Errorf("%v was drawn", got)
		}
		if !bytes.Equal(state(), before) {
			t.Error("the generator moved on")
		}
	})
}
