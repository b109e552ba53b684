package captioner

import (
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// attention scores the places for the next word: e_i = wᵀ tanh(W_f f_i + W_h h
// + b), Bahdanau et al. 2015, section A.1.2.
type attention struct {
	feature, hidden, score *nn.Linear
	uniform                bool // all places weigh the same: what is left without attention
}

func newAttention(s *torch.Scope, c Config) *attention {
	return &attention{
		feature: nn.NewLinear(s, c.Features, c.Attention, nn.Options{Bias: true}),
		hidden:  nn.NewLinear(s, c.Hidden, c.Attention, nn.Options{Bias: true}),
		score:   nn.NewLinear(s, c.Attention, 1, nn.Options{Bias: true}),
	}
}

// weigh returns α, float32 of shape (B, L), from the places' keys
// (B, L, A) and the hidden states' projection (B, A).
func (a *attention) weigh(s *torch.Scope, keys, hidden *torch.Tensor) *torch.Tensor {
	e := a.score.Forward(s, keys.Add(s, hidden.Unsqueeze(s, 1)).Tanh(s))
	if a.uniform {
		e = e.MulScalar(s, 0)
	}
	return e.Squeeze(s, 2).To(s, torch.Float32).Softmax(s, 1)
}

func (a *attention) named(prefix string) []nn.Entry {
	entries := append(a.feature.Named(prefix+"feature."), a.hidden.Named(prefix+"hidden.")...)
	return append(entries, a.score.Named(prefix+"score.")...)
}
