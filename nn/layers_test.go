package nn

import (
	"path/filepath"
	"testing"

	"github.com/seetell/seetell/torch"
)

// layerCase is a layer or function with its golden file.
type layerCase struct {
	file    string
	inputs  []string
	outputs []string
	build   func(s *torch.Scope) (Module, forward)
}

// forward computes outputs from inputs, both in the case's order.
type forward func(s *torch.Scope, inputs []*torch.Tensor) []*torch.Tensor

// none is the module of a function.
type none struct{}

func (none) Named(string) []Entry { return nil }

// one is the forward of a layer from one tensor to one.
func one(f func(*torch.Scope, *torch.Tensor) *torch.Tensor) forward {
	return func(s *torch.Scope, in []*torch.Tensor) []*torch.Tensor { return []*torch.Tensor{f(s, in[0])} }
}

var layerCases = []layerCase{
	simple("linear", func(s *torch.Scope) (Module, forward) {
		l := NewLinear(s, 5, 3, Options{Bias: true})
		return l, one(l.Forward)
	}),
	simple("linear-plain", func(s *torch.Scope) (Module, forward) {
		l := NewLinear(s, 5, 3, Options{})
		return l, one(l.Forward)
	}),
	simple("conv2d", func(s *torch.Scope) (Module, forward) {
		c := NewConv2d(s, 3, 4, 3, ConvOptions{Stride: 2, Padding: 1, Bias: true})
		return c, one(c.Forward)
	}),
	simple("conv2d-plain", func(s *torch.Scope) (Module, forward) {
		c := NewConv2d(s, 3, 4, 1, ConvOptions{})
		return c, one(c.Forward)
	}),
	batchNorm("batchnorm1d-train", 4, Train),
	batchNorm("batchnorm1d-eval", 4, Eval),
	batchNorm("batchnorm2d-train", 3, Train),
	batchNorm("batchnorm2d-eval", 3, Eval),
	batchNorm("batchnorm2d-eval", 3, Frozen), // gradients and statistics are those of eval
	{"embedding", []string{"indices"}, []string{"y"}, func(s *torch.Scope) (Module, forward) {
		e := NewEmbedding(s, 7, 5)
		return e, one(e.Forward)
	}},
	{"lstm", []string{"x", "h", "c"}, []string{"h", "c"}, func(s *torch.Scope) (Module, forward) {
		l := NewLSTMCell(s, 5, 4)
		return l, func(s *torch.Scope, in []*torch.Tensor) []*torch.Tensor {
			h, c := stepOf(s, l, in[0], in[1], in[2])
			return []*torch.Tensor{h, c}
		}
	}},
	function("maxpool", func(s *torch.Scope, x *torch.Tensor) *torch.Tensor { return x.MaxPool2D(s, 3, 2, 1) }),
	function("avgpool", func(s *torch.Scope, x *torch.Tensor) *torch.Tensor { return x.AvgPool2D(s, 3, 2, 1) }),
	function("adaptiveavgpool", func(s *torch.Scope, x *torch.Tensor) *torch.Tensor { return x.AdaptiveAvgPool2D(s, 3, 3) }),
	crossEntropy("crossentropy", torch.CrossEntropyOptions{}),
	crossEntropy("crossentropy-smooth", torch.CrossEntropyOptions{LabelSmoothing: .1}),
}

func simple(file string, build func(*torch.Scope) (Module, forward)) layerCase {
	return layerCase{file, []string{"x"}, []string{"y"}, build}
}

func function(file string, f func(*torch.Scope, *torch.Tensor) *torch.Tensor) layerCase {
	return simple(file, func(*torch.Scope) (Module, forward) { return none{}, one(f) })
}

func batchNorm(file string, features int, mode Mode) layerCase {
	return simple(file, func(s *torch.Scope) (Module, forward) {
		b := NewBatchNorm(s, features)
		return b, one(func(s *torch.Scope, x *torch.Tensor) *torch.Tensor { return b.Forward(s, x, mode) })
	})
}

func crossEntropy(file string, o torch.CrossEntropyOptions) layerCase {
	return layerCase{file, []string{"x", "targets"}, []string{"y"}, func(*torch.Scope) (Module, forward) {
		return none{}, func(s *torch.Scope, in []*torch.Tensor) []*torch.Tensor {
			return []*torch.Tensor{in[0].CrossEntropy(s, in[1], o)}
		}
	}}
}

// stepOf moves a cell on by x (N, in) from the states h and c (N, hidden).
func stepOf(s *torch.Scope, l *LSTMCell, x, h, c *torch.Tensor) (nextH, nextC *torch.Tensor) {
	sums := x.Linear(s, l.WeightIH, l.BiasIH).Add(s, h.Linear(s, l.WeightHH, l.BiasHH))
	return LSTMGates(s, sums.To(s, c.DType()), c)
}

// loaded builds a case's layer and inputs from its golden file.
func (c layerCase) loaded(t *testing.T, s *torch.Scope) (golden StateDict, m Module, f forward, inputs []*torch.Tensor) {
	t.Helper()
	golden, _, err := ReadFile(s, filepath.Join("testdata", c.file+".safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	m, f = c.build(s)
	if err := Load(m.Named(""), golden.Under("param.")); err != nil {
		t.Fatal(err)
	}
	for _, name := range c.inputs {
		x := tensorOf(t, golden, "input."+name)
		x.RequiresGrad(s, x.DType() == torch.Float32)
		inputs = append(inputs, x)
	}
	return golden, m, f, inputs
}

// objective is the sum of outputs, each times its probe.
func (c layerCase) objective(t *testing.T, s *torch.Scope, golden StateDict, outputs []*torch.Tensor) *torch.Tensor {
	t.Helper()
	total := torch.Zeros(s, outputs[0].DType(), torch.CPU)
	for i, name := range c.outputs {
		probe := tensorOf(t, golden, "probe."+name).To(s, outputs[i].DType())
		total = total.Add(s, outputs[i].Mul(s, probe).Sum(s))
	}
	return total
}

// TestLayers compares outputs, gradients and buffers with PyTorch's, within
// 1e-6 of the largest magnitude in each tensor.
func TestLayers(t *testing.T) {
	for _, test := range layerCases {
		t.Run(test.file, func(t *testing.T) {
			run(t, func(s *torch.Scope) {
				golden, m, f, inputs := test.loaded(t, s)
				outputs := f(s, inputs)
				test.objective(t, s, golden, outputs).Backward(s)
				for i, name := range test.outputs {
					near(t, s, "output."+name, outputs[i], golden, 1e-6)
				}
				for i, name := range test.inputs {
					if inputs[i].NeedsGrad() {
						near(t, s, "grad."+name, inputs[i].Grad(s), golden, 1e-6)
					}
				}
				for _, e := range m.Named("") {
					if e.Trainable {
						near(t, s, "grad."+e.Name, e.Tensor.Grad(s), golden, 1e-6)
					} else {
						near(t, s, "after."+e.Name, e.Tensor, golden, 1e-6)
					}
				}
			})
		})
	}
}

// TestGradients compares Backward, in float64, with central differences:
// (f(x+h) − f(x−h)) / 2h, whose error is about h² = 1e-10.
func TestGradients(t *testing.T) {
	for _, test := range layerCases {
		t.Run(test.file, func(t *testing.T) {
			run(t, func(s *torch.Scope) {
				golden, m, f, inputs := test.loaded(t, s)
				entries := m.Named("")
				replace(s, entries, func(x *torch.Tensor) *torch.Tensor {
					if x.DType() == torch.Float32 {
						return x.Detach(s).To(s, torch.Float64)
					}
					return x
				})
				for i, x := range inputs {
					if x.NeedsGrad() {
						inputs[i] = x.Detach(s).To(s, torch.Float64).RequiresGrad(s, true)
					}
				}
				value := func() *torch.Tensor { return test.objective(t, s, golden, f(s, inputs)) }
				value().Backward(s)
				for i, name := range test.inputs {
					checkGradient(t, s, name, inputs[i], value)
				}
				for _, e := range m.Named("") {
					checkGradient(t, s, e.Name, e.Tensor, value)
				}
			})
		})
	}
}

func checkGradient(t *testing.T, s *torch.Scope, name string, x *torch.Tensor, value func() *torch.Tensor) {
	t.Helper()
	if !x.NeedsGrad() {
		return
	}
	const h = 1e-5
	values, gradient := x.Float64s(s), x.Grad(s).Float64s(s)
	at := func(i int, v float64) float64 {
		values[i], v = v, values[i]
		x.CopyFrom(s, torch.FromSlice(s, values, x.Shape()...))
		values[i] = v
		return value().Item(s)
	}
	for i, v := range values {
		want := (at(i, v+h) - at(i, v-h)) / (2 * h)
		if !close(gradient[i], want, 1e-7) {
			t.Errorf("%s[%d]: gradient %v, by differences %v", name, i, gradient[i], want)
		}
	}
	x.CopyFrom(s, torch.FromSlice(s, values, x.Shape()...))
}
