package nn

import (
	"fmt"

	"github.com/seetell/seetell/torch"
)

// EMA holds an exponential moving average of a module's parameters, and
// copies of its buffers: Polyak and Juditsky 1992; Tarvainen and Valpola 2017,
// section 2.
type EMA struct {
	decay   float64
	entries []Entry
	shadows []*torch.Tensor
	scope   *torch.Scope // owns the shadows
}

// NewEMA starts an average at the values that entries have now, on their
// device. Decay is the share that an update keeps, such as .999. It must be
// closed.
func NewEMA(entries []Entry, decay float64) *EMA {
	a := &EMA{decay: decay, entries: entries, scope: torch.NewScope()}
	for _, e := range entries {
		alias := e.Tensor.Detach(a.scope)
		a.shadows = append(a.shadows, alias.Clone(a.scope))
		alias.Free()
	}
	return a
}

// Close frees the average.
func (a *EMA) Close() { a.scope.Close() }

// Update moves the average towards the parameters' values. Call it after each
// step of the optimiser with the number of updates before it: the first ones
// keep a share of (1+n)/(10+n) at most, so that the values it began with are
// soon forgotten.
func (a *EMA) Update(s *torch.Scope, n int) {
	s.Fail(a.scope.Err())
	keep := min(a.decay, float64(1+n)/float64(10+n))
	for i, e := range a.entries {
		if e.Trainable {
			a.shadows[i].LerpInPlace(s, e.Tensor.Detach(s), 1-keep)
		} else {
			a.shadows[i].CopyFrom(s, e.Tensor)
		}
	}
}

// Adopt gives the module the average's values, from which both go on.
func (a *EMA) Adopt(s *torch.Scope) {
	s.Fail(a.scope.Err())
	for i, e := range a.entries {
		e.Tensor.CopyFrom(s, a.shadows[i])
	}
}

// Swap exchanges the average with the module's values. Evaluate between two
// calls of it.
func (a *EMA) Swap(s *torch.Scope) {
	s.Fail(a.scope.Err())
	for i, e := range a.entries {
		value := e.Tensor.Detach(s).Clone(s)
		e.Tensor.CopyFrom(s, a.shadows[i])
		a.shadows[i].CopyFrom(s, value)
		value.Free()
	}
}

// State returns the average's tensors, borrowed, under the entries' names.
func (a *EMA) State() StateDict { return StateOf(a.own()) }

// SetState gives the average copies of a state's tensors, or leaves it as it
// is and says what does not fit.
func (a *EMA) SetState(state StateDict) error {
	if err := a.scope.Err(); err != nil {
		return err
	}
	if err := Load(a.own(), state); err != nil {
		return fmt.Errorf("average of the weights: %w", err)
	}
	return nil
}

func (a *EMA) own() []Entry {
	own := make([]Entry, len(a.entries))
	for i, e := range a.entries {
		own[i] = Entry{Name: e.Name, Tensor: a.shadows[i], Trainable: e.Trainable}
	}
	return own
}
