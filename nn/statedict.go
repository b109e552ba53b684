package nn

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seetell/seetell/torch"
)

// StateDict is a list of tensors with PyTorch's names, in PyTorch's order.
type StateDict []Parameter

// StateOf returns the tensors of entries, borrowed.
func StateOf(entries []Entry) StateDict {
	state := make(StateDict, len(entries))
	for i, e := range entries {
		state[i] = Parameter{e.Name, e.Tensor}
	}
	return state
}

// Under returns the tensors whose name begins with prefix, without it.
func (d StateDict) Under(prefix string) StateDict {
	var found StateDict
	for _, p := range d {
		if name, ok := strings.CutPrefix(p.Name, prefix); ok {
			found = append(found, Parameter{name, p.Tensor})
		}
	}
	return found
}

// Without returns the tensors whose name does not begin with prefix.
func (d StateDict) Without(prefix string) StateDict {
	return slices.DeleteFunc(slices.Clone(d), func(p Parameter) bool { return strings.HasPrefix(p.Name, prefix) })
}

// Prefixed returns the tensors with prefix before each name.
func (d StateDict) Prefixed(prefix string) StateDict {
	named := make(StateDict, len(d))
	for i, p := range d {
		named[i] = Parameter{prefix + p.Name, p.Tensor}
	}
	return named
}

// MismatchError says how a state dict differs from the tensors that it should
// fill.
type MismatchError struct {
	Missing, Unexpected, Misshapen, Mistyped, NotFinite []string
}

// Error lists the first tensors of each kind.
func (e *MismatchError) Error() string {
	var parts []string
	for _, kind := range []struct {
		text  string
		names []string
	}{
		{"missing", e.Missing}, {"unexpected", e.Unexpected},
		{"of another shape", e.Misshapen}, {"of fractions for whole numbers", e.Mistyped}, {"with values that are not finite", e.NotFinite},
	} {
		if len(kind.names) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s: %s", len(kind.names), kind.text, firstOf(kind.names)))
		}
	}
	return "the tensors do not fit: " + strings.Join(parts, "; ")
}

// firstOf joins names, the first few where there are many.
func firstOf(names []string) string {
	const few = 4
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:few], ", ") + ", …"
}

func (e *MismatchError) orNil() error {
	if len(e.Missing)+len(e.Unexpected)+len(e.Misshapen)+len(e.Mistyped)+len(e.NotFinite) == 0 {
		return nil
	}
	return e
}

// Load copies a state dict into the tensors of entries, on any device. The
// names and shapes must be the same and the values finite in the entry's type,
// which is that of whole numbers or not as the value's is, or it changes nothing
// and returns a *MismatchError. As in PyTorch, a num_batches_tracked
// that is missing becomes 0: files from before it existed are read so.
func Load(entries []Entry, state StateDict) error {
	return torch.NoGrad(func(s *torch.Scope) error {
		sources := make([]source, len(state))
		for i, p := range state {
			sources[i] = source{p.Name, p.Tensor.Shape(), fractions(p.Tensor.DType()), func(as torch.DType) bool { return finite(s, p.Tensor.To(s, as)) }}
		}
		if err := s.Err(); err != nil {
			return err
		}
		return load(s, entries, sources, func(x *torch.Tensor, i int) { x.CopyFrom(s, state[i].Tensor) })
	})
}

// source is what an entry's tensor is to hold.
type source struct {
	name      string
	shape     []int64
	fractions bool
	finite    func(as torch.DType) bool // in a tensor of that type
}

// fractions reports whether a type's numbers need not be whole.
func fractions(d torch.DType) bool {
	return d == torch.Float32 || d == torch.BFloat16 || d == torch.Float64
}

// load has write put the ith source into an entry's tensor, for all entries or
// none.
func load(s *torch.Scope, entries []Entry, sources []source, write func(x *torch.Tensor, i int)) error {
	places, err := match(entries, sources)
	if s.Err() != nil || err != nil {
		return err
	}
	for i, e := range entries {
		if places[i] < 0 {
			e.Tensor.FillInPlace(s, 0)
		} else {
			write(e.Tensor, places[i])
		}
	}
	return nil
}

// match returns the place of each entry's source, -1 for a num_batches_tracked
// that has none.
func match(entries []Entry, sources []source) ([]int, error) {
	named := make(map[string]int, len(sources))
	for i, source := range sources {
		named[source.name] = i
	}
	wrong, places := &MismatchError{}, make([]int, len(entries))
	for i, e := range entries {
		place, ok := named[e.Name]
		delete(named, e.Name)
		places[i] = place
		switch {
		case !ok && strings.HasSuffix(e.Name, tracked):
			places[i] = -1
		case !ok:
			wrong.Missing = append(wrong.Missing, e.Name)
		case !slices.Equal(sources[place].shape, e.Tensor.Shape()):
			wrong.Misshapen = append(wrong.Misshapen, fmt.Sprintf("%s %v, not %v", e.Name, sources[place].shape, e.Tensor.Shape()))
		case sources[place].fractions && !fractions(e.Tensor.DType()):
			wrong.Mistyped = append(wrong.Mistyped, e.Name)
		case !sources[place].finite(e.Tensor.DType()):
			wrong.NotFinite = append(wrong.NotFinite, e.Name)
		}
	}
	for _, source := range sources {
		if _, left := named[source.name]; left {
			wrong.Unexpected = append(wrong.Unexpected, source.name)
		}
	}
	return places, wrong.orNil()
}

// finite reports whether all values of x are: their sum tells of most, in one pass.
func finite(s *torch.Scope, x *torch.Tensor) bool {
	sum := x.Sum(s).Item(s)
	return !math.IsNaN(sum) && !math.IsInf(sum, 0) || x.IsFinite(s).All(s).Item(s) != 0
}
