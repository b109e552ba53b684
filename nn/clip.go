package nn

import "github.com/seetell/seetell/torch"

// ClipGradNorm scales the gradients of parameters so that their total 2-norm
// is at most maximum, as torch.nn.utils.clip_grad_norm_ does: Pascanu et al.
// 2013, algorithm 1. It returns the norm from before, as a tensor, so that
// nothing waits for the device. Where that is not finite, scaling has spoilt the
// gradients: leave the step out. It returns nil where no parameter has a
// gradient.
func ClipGradNorm(s *torch.Scope, parameters []*torch.Tensor, maximum float64) *torch.Tensor {
	norm := GradNorm(s, parameters)
	if norm != nil {
		ClipGradients(s, parameters, norm, maximum)
	}
	return norm
}

// GradNorm returns the total 2-norm of the gradients of parameters, nil where
// there is none.
func GradNorm(s *torch.Scope, parameters []*torch.Tensor) *torch.Tensor {
	gradients := gradients(s, parameters)
	if len(gradients) == 0 {
		return nil
	}
	return torch.ForeachNorm(s, gradients)
}

// ClipGradients is the second half of ClipGradNorm, with what GradNorm
// returned.
func ClipGradients(s *torch.Scope, parameters []*torch.Tensor, norm *torch.Tensor, maximum float64) {
	factor := norm.AddScalar(s, 1e-6).Pow(s, -1).MulScalar(s, maximum).Clamp(s, 0, 1)
	torch.ForeachScale(s, gradients(s, parameters), factor)
}

// NotFinite returns the name of the first of entries that holds a value that is
// not finite, empty where none does.
func NotFinite(s *torch.Scope, entries []Entry) string {
	return firstNotFinite(s, entries, func(e Entry) *torch.Tensor { return e.Tensor })
}

// NotFiniteGradient is NotFinite of the entries' gradients.
func NotFiniteGradient(s *torch.Scope, entries []Entry) string {
	return firstNotFinite(s, entries, func(e Entry) *torch.Tensor { return e.Tensor.Grad(s) })
}

func firstNotFinite(s *torch.Scope, entries []Entry, of func(Entry) *torch.Tensor) string {
	for _, e := range entries {
		if x := of(e); x != nil && x.IsFinite(s).All(s).Item(s) == 0 {
			return e.Name
		}
	}
	return ""
}

// gradients returns the gradients that parameters have.
func gradients(s *torch.Scope, parameters []*torch.Tensor) []*torch.Tensor {
	var gradients []*torch.Tensor
	for _, p := range parameters {
		if g := p.Grad(s); g != nil {
			gradients = append(gradients, g)
		}
	}
	return gradients
}
