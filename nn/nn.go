// Package nn holds the layers, losses, optimisers and files of weights that a
// captioner is made of, with PyTorch's names, shapes, defaults and, for the
// same seed of torch.ManualSeed, its initial values.
//
// A layer's tensors belong to the scope that it was made in. Whether a layer
// trains is an argument of its Forward.
package nn

import (
	"fmt"

	"github.com/seetell/seetell/torch"
)

// Mode says what a layer is used for.
type Mode int

// Train drops out and uses the batch's statistics; Eval does neither. Frozen
// trains a BatchNorm's weight and bias on its running statistics, which stay
// as they are.
const (
	Eval Mode = iota
	Train
	Frozen
)

// String returns the mode's name.
func (m Mode) String() string {
	names := [...]string{"eval", "train", "frozen"}
	if m < 0 || int(m) >= len(names) {
		return fmt.Sprintf("Mode(%d)", int(m))
	}
	return names[m]
}

// Parameter is a tensor with PyTorch's name for it.
type Parameter struct {
	Name   string
	Tensor *torch.Tensor
}

// Entry is a tensor of a module: a parameter, or a buffer, which is no
// function of gradients.
type Entry struct {
	Name      string
	Tensor    *torch.Tensor
	Trainable bool // false for a buffer

	place **torch.Tensor // the layer's own reference; nil where there is no layer
}

// Module lists its tensors in PyTorch's order, each name behind prefix, which
// is empty or ends in a dot.
type Module interface {
	Named(prefix string) []Entry
}

// parameter lists a layer's parameter, or nothing where it has none.
func parameter(name string, place **torch.Tensor) []Entry {
	if *place == nil {
		return nil
	}
	return []Entry{{Name: name, Tensor: *place, Trainable: true, place: place}}
}

func buffer(name string, place **torch.Tensor) Entry {
	return Entry{Name: name, Tensor: *place, place: place}
}

// Parameters returns the trainable tensors of entries that are not frozen.
func Parameters(entries []Entry) []Parameter {
	var parameters []Parameter
	for _, e := range entries {
		if e.Trainable && e.Tensor.NeedsGrad() {
			parameters = append(parameters, Parameter{e.Name, e.Tensor})
		}
	}
	return parameters
}

// Tensors returns the parameters without their names.
func Tensors(parameters []Parameter) []*torch.Tensor {
	tensors := make([]*torch.Tensor, len(parameters))
	for i, p := range parameters {
		tensors[i] = p.Tensor
	}
	return tensors
}

// ToDevice moves the tensors of entries to a device; s must own them. Entries
// and optimisers made before hold the old, freed tensors.
func ToDevice(s *torch.Scope, entries []Entry, device torch.Device) {
	replace(s, entries, func(x *torch.Tensor) *torch.Tensor {
		if x.Device() == device {
			return x
		}
		return x.Detach(s).ToDevice(s, device)
	})
}

// ChannelsLast lays the tensors of four dimensions of entries, which are the
// weights of convolutions, out with their channels last in memory; s must own
// them. Entries and optimisers made before hold the old, freed tensors.
func ChannelsLast(s *torch.Scope, entries []Entry) {
	replace(s, entries, func(x *torch.Tensor) *torch.Tensor {
		if len(x.Shape()) != 4 {
			return x
		}
		return x.Detach(s).ChannelsLast(s)
	})
}

// replace gives each layer the tensor that change makes of its own.
func replace(s *torch.Scope, entries []Entry, change func(*torch.Tensor) *torch.Tensor) {
	for _, e := range entries {
		changed := change(e.Tensor)
		if changed == e.Tensor || s.Err() != nil {
			continue
		}
		if e.place == nil {
			s.Fail(fmt.Errorf("%s belongs to no layer, so that it cannot be replaced", e.Name))
			return
		}
		changed.RequiresGrad(s, e.Tensor.NeedsGrad())
		e.Tensor.Free()
		*e.place = changed
	}
}
