package nn

import "github.com/seetell/seetell/torch"

// Embedding is torch.nn.Embedding: a vector for each index.
type Embedding struct {
	Weight *torch.Tensor // (count, size)
}

// NewEmbedding returns count vectors drawn from the standard normal
// distribution.
func NewEmbedding(s *torch.Scope, count, size int) *Embedding {
	e := &Embedding{Weight: newParameter(s, int64(count), int64(size))}
	e.Weight.Normal(s, 0, 1)
	return e
}

// Forward maps indices (…), int64, to vectors (…, size).
func (e *Embedding) Forward(s *torch.Scope, indices *torch.Tensor) *torch.Tensor {
	return e.Weight.Embedding(s, indices)
}

// Named lists the weight.
func (e *Embedding) Named(prefix string) []Entry { return parameter(prefix+"weight", &e.Weight) }
