package torch

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// attentionCase is a small decoder over two pictures and three captions, of
// which one ends before the others.
func attentionCase(s *Scope, t *testing.T, products DType) AttentionLSTM {
	t.Helper()
	if err := ManualSeed(1); err != nil {
		t.Fatal(err)
	}
	const n, l, f, a, h, rows = 2, 5, 7, 6, 4, 8
	draw := func(as DType, shape ...int64) *Tensor {
		x := Empty(s, Float32, CPU, shape...)
		x.Uniform(s, -1, 1)
		x = x.To(s, as).Detach(s)
		x.RequiresGrad(s, true)
		return x
	}
	return AttentionLSTM{
		Features: draw(products, n, l, f), Keys: draw(products, n, l, a),
		H: draw(Float32, 3, h), C: draw(Float32, 3, h),
		Words:       draw(products, rows, 4*h),
		StateWeight: draw(products, a+f, h), StateBias: draw(products, a+f),
		ScoreWeight: draw(Float32, 1, a), ScoreBias: draw(Float32, 1),
		StepWeight: draw(products, 4*h, f+h),
		Rows:       []int64{3, 3, 2}, Pictures: []int64{1, 0, 1},
	}
}

func (a AttentionLSTM) inputs() []*Tensor {
	return []*Tensor{a.Features, a.Keys, a.H, a.C, a.Words, a.StateWeight, a.StateBias, a.ScoreWeight, a.ScoreBias, a.StepWeight}
}

// plain computes the same, an operator at a time.
func (a AttentionLSTM) plain(s *Scope) AttentionSteps {
	pick := FromSlice(s, a.Pictures, int64(len(a.Pictures)))
	features, keys := a.Features.IndexSelect(s, 0, pick), a.Keys.IndexSelect(s, 0, pick)
	attention, f := a.Keys.Dim(2), a.Features.Dim(2)
	h, c := a.H, a.C
	var hidden, context, alphas, cells, gates []*Tensor
	for step, words := range a.Words.Split(s, a.Rows, 0) {
		n := a.Rows[step]
		features, keys, h, c = features.Narrow(s, 0, 0, n), keys.Narrow(s, 0, 0, n), h.Narrow(s, 0, 0, n), c.Narrow(s, 0, 0, n)
		low := h.To(s, a.StateWeight.DType())
		projected := low.Linear(s, a.StateWeight, a.StateBias).To(s, Float32)
		query := projected.Narrow(s, 1, 0, attention).Unsqueeze(s, 1)
		e := keys.To(s, Float32).Add(s, query).Tanh(s).Linear(s, a.ScoreWeight, a.ScoreBias)
		alpha := e.Squeeze(s, 2).Softmax(s, 1)
		gate := projected.Narrow(s, 1, attention, f).Sigmoid(s)
		gated := gate.Mul(s, alpha.Unsqueeze(s, 1).BMM(s, features.To(s, Float32)).Squeeze(s, 1))
		input := Cat(s, 1, gated.To(s, low.DType()), low)
		sums := input.Linear(s, a.StepWeight, nil).To(s, Float32).Add(s, words.To(s, Float32)).Chunk(s, 4, 1)
		c = sums[1].Sigmoid(s).Mul(s, c).Add(s, sums[0].Sigmoid(s).Mul(s, sums[2].Tanh(s)))
		h = sums[3].Sigmoid(s).Mul(s, c.Tanh(s))
		hidden, context, alphas = append(hidden, h), append(context, gated), append(alphas, alpha)
		cells, gates = append(cells, c), append(gates, gate)
	}
	return AttentionSteps{
		Hidden: Cat(s, 0, hidden...), Context: Cat(s, 0, context...), Alpha: Cat(s, 0, alphas...),
		Cell: Cat(s, 0, cells...), Gate: Cat(s, 0, gates...),
	}
}

// loss weighs every output by a number of its own.
func (a AttentionSteps) loss(s *Scope) *Tensor {
	sum := Zeros(s, Float32, CPU)
	for i, x := range []*Tensor{a.Hidden, a.Context, a.Alpha} {
		weights := Arange(s, x.Numel(), CPU).To(s, Float32).MulScalar(s, 1/float64(x.Numel())).AddScalar(s, float64(i))
		sum = sum.Add(s, x.Reshape(s, -1).Mul(s, weights).Sum(s))
	}
	return sum
}

func TestAttentionLSTM(t *testing.T) {
	for _, test := range []struct {
		products  DType
		tolerance float64 // of the largest; bfloat16 has 8 bits
	}{{Float32, 1e-5}, {BFloat16, 3e-2}} {
		t.Run(fmt.Sprint(test.products), func(t *testing.T) {
			compute(t, func(s *Scope) {
				a := attentionCase(s, t, test.products)
				fused, plain := a.Run(s), a.plain(s)
				for name, pair := range map[string][2]*Tensor{
					"hidden": {fused.Hidden, plain.Hidden}, "context": {fused.Context, plain.Context}, "alpha": {fused.Alpha, plain.Alpha},
					"cell": {fused.Cell, plain.Cell}, "gate": {fused.Gate, plain.Gate},
				} {
					expectNear(t, s, name, pair[0], pair[1], test.tolerance)
				}
				fused.loss(s).Backward(s)
				var got []*Tensor
				for _, x := range a.inputs() {
					got = append(got, x.Grad(s).Clone(s))
					x.ZeroGrad(s)
				}
				plain.loss(s).Backward(s)
				for i, x := range a.inputs() {
					if x == a.ScoreBias { // shifts a softmax: its gradient is rounding
						continue
					}
					expectNear(t, s, fmt.Sprint("gradient of input ", i), got[i], x.Grad(s), test.tolerance)
				}
			})
		})
	}
}

// TestPackLinear: weights laid out before give the same products, by
// themselves and within AttentionLSTM.
func TestPackLinear(t *testing.T) {
	for _, test := range []struct {
		products  DType
		tolerance float64 // of the largest
	}{{Float32, 1e-6}, {BFloat16, 1e-2}} {
		compute(t, func(s *Scope) {
			a := attentionCase(s, t, test.products)
			var want, packed AttentionSteps
			s.WithinNoGrad(func(inner *Scope) []*Tensor {
				want = a.Run(s)
				x := a.Words.Narrow(s, 1, 0, a.StepWeight.Dim(1)).Clone(s)
				bias := a.StepWeight.Narrow(s, 1, 0, 1).Reshape(s, -1).Clone(s)
				plain := x.Linear(s, a.StepWeight, bias)
				a.StateWeight, a.StepWeight = a.StateWeight.PackLinear(s, 3), a.StepWeight.PackLinear(s, 3)
				expectNear(t, s, "linear", x.Linear(s, a.StepWeight, bias), plain, test.tolerance)
				packed = a.Run(s)
				return nil
			})
			expectNear(t, s, "hidden", packed.Hidden, want.Hidden, test.tolerance)
			expectNear(t, s, "alpha", packed.Alpha, want.Alpha, test.tolerance)
		})
	}
}

// TestPackLinearSizes: rows, inputs and outputs that do not go evenly into what is
// multiplied at once, the weight's rows or columns one behind the other.
func TestPackLinearSizes(t *testing.T) {
	for _, rows := range []int64{1, 2, 5, 6, 7, 13, 40} {
		for _, size := range [][2]int64{{16, 1}, {48, 255}, {160, 257}, {2048, 768}, {30, 20}, {1, 20}, {17, 64}, {1755, 512}} {
			t.Run(fmt.Sprint(rows, size), func(t *testing.T) {
				compute(t, func(s *Scope) {
					out, in := size[0], size[1]
					x, weight, bias := drawn(s, rows, in), drawn(s, out, in), drawn(s, out)
					want := x.To(s, Float64).Linear(s, weight.To(s, Float64), bias.To(s, Float64)).To(s, Float32)
					expectNear(t, s, "with bias", x.Linear(s, weight.PackLinear(s, int(rows)), bias), want, 1e-6)
					turned := weight.Transpose(s, 0, 1).Contiguous(s).Transpose(s, 0, 1)
					packed := turned.PackLinear(s, int(rows))
					expectNear(t, s, "turned", x.Linear(s, packed, nil).Add(s, bias), want, 1e-6)
					apart := Cat(s, 1, x, x).Narrow(s, 1, 0, in) // not contiguous
					expectNear(t, s, "rows apart", apart.Reshape(s, rows, 1, in).Linear(s, packed, bias).Reshape(s, rows, out), want, 1e-6)
					if got := x.Narrow(s, 0, 0, 0).Linear(s, packed, bias).Shape(); s.Err() == nil && fmt.Sprint(got) != fmt.Sprint([]int64{0, out}) {
						t.Errorf("no rows become %v", got)
					}
				})
			})
		}
	}
}

// TestLinearWeights: a weight of another number of dimensions that nobody laid out
// is refused, whatever its sizes.
func TestLinearWeights(t *testing.T) {
	for _, shape := range [][]int64{{2, 8, 4}, {2, 8, 16}, {2, 8, 17}, {1, 4, 32}, {0, 8, 16}, {2, 2, 8, 16}, {2, 8, 16, 0}, {2, 8, 16, 18}} {
		err := Run(func(s *Scope) error {
			Ones(s, Float32, CPU, 3, 8).Linear(s, Ones(s, Float32, CPU, shape...), nil)
			return nil
		})
		if err == nil {
			t.Errorf("a weight of %v was multiplied by", shape)
		}
	}
}

// TestPackLinearOfNothing: oneDNN would divide by such sizes.
func TestPackLinearOfNothing(t *testing.T) {
	for _, test := range []struct {
		shape []int64
		rows  int
		ok    bool
	}{{[]int64{7, 8}, 0, false}, {[]int64{7, 8}, -1, false}, {[]int64{0, 8}, 3, true}, {[]int64{7, 0}, 3, true}} {
		err := Run(func(s *Scope) error {
			x := Ones(s, Float32, CPU, 3, test.shape[1])
			y := x.Linear(s, Ones(s, Float32, CPU, test.shape...).PackLinear(s, test.rows), nil)
			if s.Err() == nil && !slices.Equal(y.Shape(), []int64{3, test.shape[0]}) {
				t.Errorf("%v for %d rows: the product has shape %v", test.shape, test.rows, y.Shape())
			}
			return nil
		})
		if (err == nil) != test.ok {
			t.Errorf("%v for %d rows: %v", test.shape, test.rows, err)
		}
	}
}

// expectNear compares two tensors by the largest difference over the largest
// magnitude.
func expectNear(t *testing.T, s *Scope, what string, got, want *Tensor, tolerance float64) {
	t.Helper()
	g, w := got.To(s, Float32).Float32s(s), want.To(s, Float32).Float32s(s)
	if len(g) != len(w) {
		t.Fatalf("%s: %d numbers, want %d: %v", what, len(g), len(w), s.Err())
	}
	var gap, most float64
	for i := range w {
		gap, most = max(gap, math.Abs(float64(g[i]-w[i]))), max(most, math.Abs(float64(w[i])))
	}
	if !(gap <= tolerance*most) {
		t.Errorf("%s: apart by %.2g of the largest, %.2g allowed", what, gap/most, tolerance)
	}
}

func TestAttentionLSTMErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(*AttentionLSTM)
	}{
		{"no steps", func(a *AttentionLSTM) { a.Rows = nil }},
		{"more rows than before", func(a *AttentionLSTM) { a.Rows = []int64{2, 3, 3} }},
		{"rows without captions", func(a *AttentionLSTM) { a.Pictures = a.Pictures[:2] }},
		{"no such picture", func(a *AttentionLSTM) { a.Pictures = []int64{1, 2, 0} }},
		{"other words", func(a *AttentionLSTM) { a.Words = a.H }},
		{"other weights", func(a *AttentionLSTM) { a.StepWeight = a.StateWeight }},
		{"nil", func(a *AttentionLSTM) { a.Keys = nil }},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := NoGrad(func(s *Scope) error {
				a := attentionCase(s, t, Float32)
				test.spoil(&a)
				a.Run(s)
				return nil
			})
			if err == nil {
				t.Error("no error")
			}
		})
	}
}

// BenchmarkAttentionLSTM takes the decoder of the recipe base forward and back:
// four pictures, 20 captions, the paper's sizes.
func BenchmarkAttentionLSTM(b *testing.B) {
	for _, products := range []DType{Float32, BFloat16} {
		for name, run := range map[string]func(AttentionLSTM, *Scope) AttentionSteps{"fused": AttentionLSTM.Run, "plain": AttentionLSTM.plain} {
			b.Run(fmt.Sprint(name, "/", products), func(b *testing.B) {
				err := Run(func(s *Scope) error {
					a := benchmarkCase(s, products)
					for range b.N {
						s.Within(func(s *Scope) []*Tensor {
							run(a, s).loss(s).Backward(s)
							return nil
						})
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

func benchmarkCase(s *Scope, products DType) AttentionLSTM {
	const n, l, f, a, h, captions = 4, 49, 256, 256, 512, 20
	c := AttentionLSTM{}
	rows := int64(0)
	for step := range int64(16) {
		c.Rows = append(c.Rows, captions-step)
		rows += captions - step
	}
	for i := range int64(captions) {
		c.Pictures = append(c.Pictures, i%n)
	}
	draw := func(as DType, shape ...int64) *Tensor {
		x := Empty(s, Float32, CPU, shape...)
		x.Uniform(s, -.05, .05)
		x = x.To(s, as).Detach(s)
		x.RequiresGrad(s, true)
		return x
	}
	c.Features, c.Keys, c.H, c.C = draw(products, n, l, f), draw(products, n, l, a), draw(Float32, captions, h), draw(Float32, captions, h)
	c.Words, c.StateWeight, c.StateBias = draw(products, rows, 4*h), draw(products, a+f, h), draw(products, a+f)
	c.ScoreWeight, c.ScoreBias, c.StepWeight = draw(Float32, 1, a), draw(Float32, 1), draw(products, 4*h, f+h)
	return c
}
