package nn

import (
	"math"

	"github.com/seetell/seetell/torch"
)

// LSTMCell is torch.nn.LSTMCell: Hochreiter and Schmidhuber 1997 with forget
// gates, in PyTorch's order of gates, i, f, g, o.
//
//	i, f, o = σ(W x + b + W' h + b'),  g = tanh(W x + b + W' h + b')
//	c' = f ⊙ c + i ⊙ g,  h' = o ⊙ tanh(c')
//
// Under Autocast its products are in bfloat16; the sums of gates and the states
// keep the type of c, which is float32.
type LSTMCell struct {
	WeightIH *torch.Tensor // (4·hidden, in)
	WeightHH *torch.Tensor // (4·hidden, hidden)
	BiasIH   *torch.Tensor // (4·hidden)
	BiasHH   *torch.Tensor // (4·hidden)
}

// NewLSTMCell returns a cell drawn as PyTorch does.
func NewLSTMCell(s *torch.Scope, in, hidden int) *LSTMCell {
	bound, gates := 1/math.Sqrt(float64(hidden)), int64(4*hidden)
	return &LSTMCell{
		WeightIH: uniform(s, bound, gates, int64(in)),
		WeightHH: uniform(s, bound, gates, int64(hidden)),
		BiasIH:   uniform(s, bound, gates),
		BiasHH:   uniform(s, bound, gates),
	}
}

// Forward maps x (N, in) and the states h and c (N, hidden) to the next h and
// c.
func (l *LSTMCell) Forward(s *torch.Scope, x, h, c *torch.Tensor) (nextH, nextC *torch.Tensor) {
	return l.Step(s, x.Linear(s, l.WeightIH, l.BiasIH), h, c)
}

// Step is Forward with the input's share of the gates, W x + b, computed
// before: (N, 4·hidden). A decoder that knows its words computes their share
// for all steps in one product, with InputWeights.
func (l *LSTMCell) Step(s *torch.Scope, input, h, c *torch.Tensor) (nextH, nextC *torch.Tensor) {
	recurrent := h.Linear(s, l.WeightHH, l.BiasHH).To(s, c.DType())
	return LSTMGates(s, input.To(s, c.DType()).Add(s, recurrent), c)
}

// LSTMGates maps the sums of the gates (N, 4·hidden) and the state c
// (N, hidden), of one type, to the next h and c: the cell behind its products.
func LSTMGates(s *torch.Scope, sums, c *torch.Tensor) (nextH, nextC *torch.Tensor) {
	gates := sums.Chunk(s, 4, 1)
	i, f, g, o := gates[0].Sigmoid(s), gates[1].Sigmoid(s), gates[2].Tanh(s), gates[3].Sigmoid(s)
	nextC = f.Mul(s, c).Add(s, i.Mul(s, g))
	return o.Mul(s, nextC.Tanh(s)), nextC
}

// InputWeights cuts WeightIH by columns, for an input that is a row of parts
// of the given sizes: x = [x₁; x₂; …] gives W x = W₁x₁ + W₂x₂ + …. Cut once for
// all steps: each cut costs Backward a copy of the weight.
func (l *LSTMCell) InputWeights(s *torch.Scope, sizes ...int) []*torch.Tensor {
	parts, start := make([]*torch.Tensor, len(sizes)), int64(0)
	for i, size := range sizes {
		parts[i] = l.WeightIH.Narrow(s, 1, start, int64(size))
		start += int64(size)
	}
	return parts
}

// Named lists the four tensors.
func (l *LSTMCell) Named(prefix string) []Entry {
	var entries []Entry
	for _, p := range []struct {
		name  string
		place **torch.Tensor
	}{
		{"weight_ih", &l.WeightIH}, {"weight_hh", &l.WeightHH}, {"bias_ih", &l.BiasIH}, {"bias_hh", &l.BiasHH},
	} {
		entries = append(entries, parameter(prefix+p.name, p.place)...)
	}
	return entries
}
