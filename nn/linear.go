package nn

import "github.com/seetell/seetell/torch"

// Options are the options of NewLinear.
type Options struct {
	Bias bool
}

// Linear is torch.nn.Linear: x·Wᵀ + b.
type Linear struct {
	Weight *torch.Tensor // (out, in)
	Bias   *torch.Tensor // (out), or nil
}

// NewLinear returns a layer from in to out features, drawn as PyTorch does.
func NewLinear(s *torch.Scope, in, out int, o Options) *Linear {
	l := &Linear{Weight: kaimingUniform(s, in, int64(out), int64(in))}
	if o.Bias {
		l.Bias = uniform(s, biasBound(in), int64(out))
	}
	return l
}

// Forward maps (…, in) to (…, out).
func (l *Linear) Forward(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	return x.Linear(s, l.Weight, l.Bias)
}

// Named lists weight and bias.
func (l *Linear) Named(prefix string) []Entry {
	return append(parameter(prefix+"weight", &l.Weight), parameter(prefix+"bias", &l.Bias)...)
}
