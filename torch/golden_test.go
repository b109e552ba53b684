package torch

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// golden is a tensor of a golden file.
type golden struct {
	DType string
	Shape []int64
	Data  []float64
}

type goldenCase struct {
	Inputs, Outputs []golden
	Gradients       []*golden
}

// operators has a function for every case of testdata/operators.json.
var operators = map[string]func(s *Scope, in []*Tensor) []*Tensor{
	"add":        func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Add(s, in[1])) },
	"sub":        func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Sub(s, in[1])) },
	"mul":        func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Mul(s, in[1])) },
	"div":        func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Div(s, in[1])) },
	"add scalar": func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].AddScalar(s, 1.5)) },
	"mul scalar": func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].MulScalar(s, -2.5)) },
	"pow":        func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Pow(s, 2.5)) },
	"clamp":      func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Clamp(s, -.5, .5)) },
	"neg":        func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Neg(s)) },
	"tanh":       func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Tanh(s)) },
	"sigmoid":    func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Sigmoid(s)) },
	"abs":        func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Abs(s)) },
	"exp":        func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Exp(s)) },
	"log":        func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Log(s)) },
	"sqrt":       func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Sqrt(s)) },
	"matmul":     func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].MatMul(s, in[1])) },
	"bmm":        func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].BMM(s, in[1])) },

	"sum":                func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Sum(s)) },
	"sum of a dimension": func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Sum(s, 1)) },
	"mean":               func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Mean(s)) },
	"mean of dimensions": func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Mean(s, 1, 2)) },
	"max":                func(s *Scope, in []*Tensor) []*Tensor { return two(in[0].Max(s, 1)) },
	"topk":               func(s *Scope, in []*Tensor) []*Tensor { return two(in[0].TopK(s, 2)) },
	"softmax":            func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Softmax(s, 1)) },
	"log softmax":        func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].LogSoftmax(s, -1)) },

	"reshape":      func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Reshape(s, 3, -1)) },
	"permute":      func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Permute(s, 2, 0, 1)) },
	"transpose":    func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Transpose(s, 0, 1)) },
	"unsqueeze":    func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Unsqueeze(s, 1)) },
	"squeeze":      func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Squeeze(s, 1)) },
	"narrow":       func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Narrow(s, 1, 1, 2)) },
	"flatten":      func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Flatten(s, 1)) },
	"cat":          func(s *Scope, in []*Tensor) []*Tensor { return one(Cat(s, 1, in...)) },
	"chunk":        func(s *Scope, in []*Tensor) []*Tensor { return in[0].Chunk(s, 2, 1) },
	"split":        func(s *Scope, in []*Tensor) []*Tensor { return in[0].Split(s, []int64{1, 3, 1}, 1) },
	"index select": func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].IndexSelect(s, 0, in[1])) },
	"gather":       func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Gather(s, 1, in[1])) },
	"where":        func(s *Scope, in []*Tensor) []*Tensor { return one(Where(s, in[0], in[1], in[2])) },

	"linear":              func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Linear(s, in[1], in[2])) },
	"linear without bias": func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Linear(s, in[1], nil)) },
	"conv2d": func(s *Scope, in []*Tensor) []*Tensor {
		return one(in[0].Conv2D(s, in[1], in[2], Conv2DOptions{Padding: [2]int64{1, 1}}))
	},
	"conv2d with every option": func(s *Scope, in []*Tensor) []*Tensor {
		o := Conv2DOptions{Stride: [2]int64{2, 1}, Padding: [2]int64{1, 2}, Dilation: [2]int64{1, 2}, Groups: 2}
		return one(in[0].Conv2D(s, in[1], nil, o))
	},
	"batch norm in training": func(s *Scope, in []*Tensor) []*Tensor {
		return []*Tensor{in[0].BatchNorm(s, in[1], in[2], in[3], in[4], true, .1, 1e-5), in[3], in[4]}
	},
	"batch norm frozen": func(s *Scope, in []*Tensor) []*Tensor {
		return one(in[0].BatchNorm(s, in[1], in[2], in[3], in[4], false, .1, 1e-5))
	},
	"max pool":          func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].MaxPool2D(s, 3, 2, 1)) },
	"avg pool":          func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].AvgPool2D(s, 2, 0, 0)) },
	"adaptive avg pool": func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].AdaptiveAvgPool2D(s, 2, 3)) },
	"embedding":         func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].Embedding(s, in[1])) },

	"cross entropy":                       crossEntropy(CrossEntropyOptions{IgnoreIndex: -100}),
	"cross entropy, smoothed, ignoring 0": crossEntropy(CrossEntropyOptions{LabelSmoothing: .1}),
	"cross entropy, summed":               crossEntropy(CrossEntropyOptions{IgnoreIndex: -100, Reduction: ReduceSum}),
	"cross entropy of each":               crossEntropy(CrossEntropyOptions{IgnoreIndex: -100, Reduction: ReduceNone}),
}

func one(x *Tensor) []*Tensor    { return []*Tensor{x} }
func two(x, y *Tensor) []*Tensor { return []*Tensor{x, y} }

func crossEntropy(o CrossEntropyOptions) func(s *Scope, in []*Tensor) []*Tensor {
	return func(s *Scope, in []*Tensor) []*Tensor { return one(in[0].CrossEntropy(s, in[1], o)) }
}

// readGolden decodes a file of testdata.
func readGolden(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func goldenCases(t *testing.T) map[string]goldenCase {
	var cases map[string]goldenCase
	readGolden(t, "operators.json", &cases)
	for name := range operators {
		if _, ok := cases[name]; !ok {
			t.Errorf("%s is not in the golden file", name)
		}
	}
	return cases
}

// tensor makes g in the given floating type; integers stay what they are.
func (g golden) tensor(s *Scope, float DType) *Tensor {
	x := FromSlice(s, g.Data, g.Shape...)
	switch g.DType {
	case "float32":
		return x.To(s, float)
	case "bool":
		return x.To(s, Bool)
	}
	return x.To(s, Int64)
}

func (c goldenCase) tensors(s *Scope, float DType) []*Tensor {
	in := make([]*Tensor, len(c.Inputs))
	for i, g := range c.Inputs {
		in[i] = g.tensor(s, float)
		if c.Gradients[i] != nil {
			in[i] = in[i].Detach(s).RequiresGrad(s, true)
		}
	}
	return in
}

// weighted returns the sum of every floating output's element i times cos(i),
// the loss whose gradients the golden file has.
func weighted(s *Scope, outputs []*Tensor) *Tensor {
	total := Zeros(s, outputs[0].DType(), CPU)
	for _, out := range outputs {
		if !out.NeedsGrad() { // indices, running statistics
			continue
		}
		weights := make([]float64, out.Numel())
		for i := range weights {
			weights[i] = math.Cos(float64(i))
		}
		w := FromSlice(s, weights, out.Shape()...).To(s, out.DType())
		total = total.Add(s, out.Mul(s, w).Sum(s))
	}
	return total
}

// near reports the largest difference over the largest magnitude of want.
func near(got, want []float64) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	largest, difference := 0.0, 0.0
	for i := range want {
		largest = max(largest, math.Abs(want[i]))
		difference = max(difference, math.Abs(got[i]-want[i]))
		if math.IsNaN(got[i]) != math.IsNaN(want[i]) {
			return math.Inf(1)
		}
	}
	if largest == 0 {
		return difference
	}
	return difference / largest
}

// goldenTolerance is for float32: largest difference over largest magnitude.
// Processors sum in different orders.
const goldenTolerance = 5e-6

func expect(t *testing.T, s *Scope, what string, got *Tensor, want golden) {
	t.Helper()
	if shape := got.Shape(); !slices.Equal(shape, want.Shape) {
		t.Errorf("%s has shape %v, want %v", what, shape, want.Shape)
	}
	if got.DType().String() != want.DType {
		t.Errorf("%s is %v, want %v", what, got.DType(), want.DType)
	}
	if values := got.Float64s(s); near(values, want.Data) > goldenTolerance {
		t.Errorf("%s = %v, want %v", what, values, want.Data)
	}
}

func TestOperators(t *testing.T) {
	for name, c := range goldenCases(t) {
		t.Run(name, func(t *testing.T) {
			compute(t, func(s *Scope) {
				in := c.tensors(s, Float32)
				outputs := operators[name](s, in)
				for i, out := range outputs {
					expect(t, s, "output", out, c.Outputs[i])
				}
				weighted(s, outputs).Backward(s)
				for i, want := range c.Gradients {
					if want != nil {
						expect(t, s, "gradient", in[i].Grad(s), *want)
					}
				}
			})
		})
	}
}

// TestGradients compares every gradient, in float64, with central differences.
func TestGradients(t *testing.T) {
	for name, c := range goldenCases(t) {
		t.Run(name, func(t *testing.T) {
			compute(t, func(s *Scope) {
				in := c.tensors(s, Float64)
				weighted(s, operators[name](s, in)).Backward(s)
				for i := range in {
					if c.Gradients[i] == nil {
						continue
					}
					got, want := in[i].Grad(s).Float64s(s), differences(s, name, c, i)
					if near(got, want) > 1e-6 {
						t.Errorf("gradient of input %d is %v, by differences %v", i, got, want)
					}
				}
			})
		})
	}
}

// differences returns the central differences of a case's loss by the elements
// of one input.
func differences(s *Scope, name string, c goldenCase, input int) []float64 {
	const step = 1e-5
	loss := func(data []float64) float64 {
		changed := c
		changed.Inputs = slices.Clone(c.Inputs)
		changed.Inputs[input].Data = data
		return weighted(s, operators[name](s, changed.tensors(s, Float64))).Item(s)
	}
	out := make([]float64, len(c.Inputs[input].Data))
	for i := range out {
		up, down := slices.Clone(c.Inputs[input].Data), slices.Clone(c.Inputs[input].Data)
		up[i] += step
		down[i] -= step
		out[i] = (loss(up) - loss(down)) / (2 * step)
	}
	return out
}
