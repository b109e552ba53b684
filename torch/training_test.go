package torch

import (
	"math"
	"slices"
	"testing"
)

type goldenAdam struct {
	Start            [][]float64
	Gradients, After [][][]float64
}

type goldenTraining struct {
	Adam, AdamW goldenAdam
	Clip        struct {
		Before, After [][]float64
		Norm          float64
	}
	Autocast struct {
		Inputs, Outputs []golden
		Gradients       [][]float64
	}
	Random struct{ Uniform, Normal []float64 }
}

func training(t *testing.T) (g goldenTraining) {
	t.Helper()
	readGolden(t, "training.json", &g)
	return g
}

func floats(s *Scope, data [][]float64) []*Tensor {
	out := make([]*Tensor, len(data))
	for i := range data {
		out[i] = FromSlice(s, data[i], int64(len(data[i]))).To(s, Float32)
	}
	return out
}

func TestFusedAdam(t *testing.T) {
	g := training(t)
	for _, test := range []struct {
		name      string
		golden    goldenAdam
		decoupled bool
	}{{"Adam", g.Adam, false}, {"AdamW", g.AdamW, true}} {
		t.Run(test.name, func(t *testing.T) {
			compute(t, func(s *Scope) {
				state := FusedAdamState{Params: floats(s, test.golden.Start)}
				for _, p := range state.Params {
					state.M = append(state.M, Zeros(s, Float32, CPU, p.Numel()))
					state.V = append(state.V, Zeros(s, Float32, CPU, p.Numel()))
					state.Steps = append(state.Steps, Zeros(s, Float32, CPU))
				}
				o := FusedAdamOptions{LR: .01, Beta1: .8, Beta2: .95, Eps: 1e-6, WeightDecay: .1, Decoupled: test.decoupled}
				for step, gradients := range test.golden.Gradients {
					state.Grads = floats(s, gradients)
					FusedAdam(s, state, o)
					for i, want := range test.golden.After[step] {
						if got := state.Params[i].Float64s(s); near(got, want) > goldenTolerance {
							t.Errorf("step %d, parameter %d = %v, want %v", step+1, i, got, want)
						}
					}
				}
			})
		})
	}
}

func TestClip(t *testing.T) {
	g := training(t).Clip
	compute(t, func(s *Scope) {
		tensors := floats(s, g.Before)
		norm := ForeachNorm(s, tensors)
		if got := norm.Item(s); near([]float64{got}, []float64{g.Norm}) > goldenTolerance {
			t.Errorf("norm %v, want %v", got, g.Norm)
		}
		ForeachScale(s, tensors, norm.AddScalar(s, 1e-6).Pow(s, -1).MulScalar(s, 5))
		for i, want := range g.After {
			if got := tensors[i].Float64s(s); near(got, want) > goldenTolerance {
				t.Errorf("gradient %d clipped to %v, want %v", i, got, want)
			}
		}
	})
}

// TestAutocast allows one unit of bfloat16's last place, 2⁻⁸ of the largest
// value, since processors sum products in different orders.
func TestAutocast(t *testing.T) {
	const tolerance = 1.0 / 256
	g := training(t).Autocast
	compute(t, func(s *Scope) {
		in := make([]*Tensor, len(g.Inputs))
		for i, input := range g.Inputs {
			in[i] = FromSlice(s, input.Data, input.Shape...).To(s, Float32).RequiresGrad(s, i >= 3)
		}
		var outputs []*Tensor
		s.Autocast(CPU, BFloat16, func() {
			gates := in[1].Linear(s, in[4], in[6]).Add(s, in[0].Linear(s, in[3], in[5])).Chunk(s, 4, 1)
			state := gates[1].Sigmoid(s).Mul(s, in[2]).Add(s, gates[0].Sigmoid(s).Mul(s, gates[2].Tanh(s)))
			hidden := gates[3].Sigmoid(s).Mul(s, state.Tanh(s))
			y := hidden.Linear(s, in[7], in[8])
			loss := y.CrossEntropy(s, FromSlice(s, []int64{1, 0}, 2), CrossEntropyOptions{IgnoreIndex: -100})
			outputs = []*Tensor{hidden, state, y, loss}
		})
		outputs[3].Backward(s)
		for i, want := range g.Outputs {
			if got := outputs[i].DType().String(); got != want.DType {
				t.Errorf("output %d is %s, want %s", i, got, want.DType)
			}
			if got := outputs[i].Float64s(s); near(got, want.Data) > tolerance {
				t.Errorf("output %d = %v, want %v", i, got, want.Data)
			}
		}
		for i, want := range g.Gradients {
			if got := in[3+i].Grad(s).Float64s(s); near(got, want) > tolerance {
				t.Errorf("gradient of weight %d = %v, want %v", i, got, want)
			}
		}
	})
}

func TestAutocastNesting(t *testing.T) {
	compute(t, func(s *Scope) {
		x := Ones(s, Float32, CPU, 2, 2)
		product := func() DType { return x.MatMul(s, x).DType() }
		check := func(where string, want DType) {
			if got := product(); got != want {
				t.Errorf("%s a product is %v, want %v", where, got, want)
			}
		}
		s.Autocast(CPU, BFloat16, func() {
			check("inside", BFloat16)
			s.Autocast(CPU, Float32, func() { check("switched off", Float32) })
			check("inside again", BFloat16)
		})
		check("outside", Float32)
		func() {
			defer func() { recover() }()
			s.Autocast(CPU, BFloat16, func() { panic("inside autocast") })
		}()
		check("after a panic", Float32)
	})
}

func TestRandomNumbersArePyTorchs(t *testing.T) {
	g := training(t).Random
	compute(t, func(s *Scope) {
		if err := ManualSeed(7); err != nil {
			t.Fatal(err)
		}
		uniform, normal := Empty(s, Float32, CPU, 4), Empty(s, Float32, CPU, 4)
		uniform.Uniform(s, -1, 1)
		normal.Normal(s, 2, 3)
		for _, test := range []struct {
			name string
			got  *Tensor
			want []float64
		}{{"uniform", uniform, g.Uniform}, {"normal", normal, g.Normal}} {
			if got := test.got.Float64s(s); near(got, test.want) > goldenTolerance {
				t.Errorf("%s = %v, want %v", test.name, got, test.want)
			}
		}
	})
}

// TestDropout holds the mask to its law; its bits differ between processors.
func TestDropout(t *testing.T) {
	compute(t, func(s *Scope) {
		const n = 10000
		draw := func() []float64 {
			ManualSeed(3)
			return Ones(s, Float32, CPU, n).Dropout(s, .2, true).Float64s(s)
		}
		first, dropped := draw(), 0
		for _, value := range first {
			switch {
			case value == 0:
				dropped++
			case math.Abs(value-1.25) > 1e-6:
				t.Fatalf("an element is %v, want 0 or 1/(1-.2)", value)
			}
		}
		if dropped < n*.18 || dropped > n*.22 { // five standard deviations
			t.Errorf("%d of %d dropped", dropped, n)
		}
		if !slices.Equal(draw(), first) {
			t.Error("the same seed gave another mask")
		}
	})
}

func TestRandomState(t *testing.T) {
	compute(t, func(s *Scope) {
		draw := func() float64 {
			x := Empty(s, Float64, CPU)
			x.Uniform(s, 0, 1)
			return x.Item(s)
		}
		state, err := RandomState(CPU)
		if err != nil {
			t.Fatal(err)
		}
		first := draw()
		if second := draw(); second == first {
			t.Errorf("two draws are both %v", first)
		}
		if err := SetRandomState(CPU, state); err != nil {
			t.Fatal(err)
		}
		if again := draw(); again != first {
			t.Errorf("drew %v from the same state, before %v", again, first)
		}
		for _, broken := range [][]byte{nil, state[:100], make([]byte, len(state))} {
			if SetRandomState(CPU, broken) == nil {
				t.Errorf("a state of %d bytes was taken", len(broken))
			}
		}
	})
}
