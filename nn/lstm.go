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
// It holds the weights; whoever uses it multiplies by them, joined with other
// products where that is faster, and gives the sums of the gates to LSTMGates.
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

// LSTMGates maps the sums of the gates (N, 4·hidden) and the state c
// (N, hidden), of one type, to the next h and c: the cell behind its products.
func LSTMGates(s *torch.Scope, sums, c *torch.Tensor) (nextH, nextC *torch.Tensor) {
	gates := sums.Chunk(s, 4, 1)
	i, f, g, o := gates[0].Sigmoid(s), gates[1].Sigmoid(s), gates[2].Tanh(s), gates[3].Sigmoid(s)
	nextC = f.Mul(s, c).Add(s, i.Mul(s, g))
	return o.Mul(s, nextC.Tanh(s)), nextC
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
