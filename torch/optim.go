package torch

// #include "ctorch.h"
import "C"

// FusedAdamState is what Adam updates: parameters with their gradients, first
// and second moments and numbers of steps (float32 of shape ()), in one order,
// all on one device.
type FusedAdamState struct {
	Params, Grads, M, V, Steps []*Tensor
}

// FusedAdamOptions are Adam's options (Kingma and Ba 2015, algorithm 1).
type FusedAdamOptions struct {
	LR, Beta1, Beta2, Eps, WeightDecay float64
	Decoupled                          bool // weight decay as AdamW has it (Loshchilov and Hutter 2019)

	// Rate, float32 of shape () beside the parameters, takes LR's place, and where
	// Skip, likewise, holds 1 rather than 0 nothing changes: the processor asks for
	// neither. Nil for none.
	Rate, Skip *Tensor
}

// FusedAdam raises the steps by one and updates all parameters and moments in
// place, in one pass over each.
func FusedAdam(s *Scope, state FusedAdamState, o FusedAdamOptions) {
	n := len(state.Params)
	all := make([]*Tensor, 0, 5*n)
	for _, part := range [][]*Tensor{state.Params, state.Grads, state.M, state.V, state.Steps} {
		if len(part) != n {
			s.Fail(&Error{Op: "adam", Message: "lists of different length"})
			return
		}
		all = append(all, part...)
	}
	if n == 0 {
		return
	}
	for _, x := range []*Tensor{o.Rate, o.Skip} {
		if x != nil {
			all = append(all, x)
		}
	}
	h := handles(all)
	c := C.tg_adam_state{
		params: list(h[:n]), grads: list(h[n : 2*n]), m: list(h[2*n : 3*n]), v: list(h[3*n : 4*n]), steps: list(h[4*n : 5*n]),
	}
	s.do("adam", func() *C.char { return C.tg_fused_adam(c, o.c()) }, all...)
}

func (o FusedAdamOptions) c() C.tg_adam_options {
	return C.tg_adam_options{
		lr: C.double(o.LR), beta1: C.double(o.Beta1), beta2: C.double(o.Beta2), eps: C.double(o.Eps),
		weight_decay: C.double(o.WeightDecay), decoupled: C.bool(o.Decoupled),
		rate: optional(o.Rate).handle, skip: optional(o.Skip).handle,
	}
}

// ForeachNorm returns the 2-norm over the elements of all tensors, of shape
// (), computed as PyTorch's clip_grad_norm_ does.
func ForeachNorm(s *Scope, tensors []*Tensor) *Tensor {
	return s.result("norm", func(out *handle) *C.char { return C.tg_foreach_norm(out, list(handles(tensors))) }, tensors...)
}

// ForeachScale multiplies all tensors in place by factor, of shape ().
func ForeachScale(s *Scope, tensors []*Tensor, factor *Tensor) {
	inputs := append([]*Tensor{factor}, tensors...)
	s.do("scale", func() *C.char { return C.tg_foreach_scale(list(handles(tensors)), factor.handle) }, inputs...)
}
