package nn

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/torch"
)

// golden reads a golden file.
func golden(t *testing.T, s *torch.Scope, name string) StateDict {
	t.Helper()
	state, _, err := ReadFile(s, filepath.Join("testdata", name+".safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// trainer is an Adam over the three parameters of adam.safetensors, in two
// groups.
type trainer struct {
	*Adam
	parameters []Parameter
	given      StateDict
}

func newTrainer(t *testing.T, s *torch.Scope, file string) *trainer {
	t.Helper()
	r := &trainer{given: golden(t, s, file)}
	for i := range 3 {
		x := tensorOf(t, r.given, fmt.Sprintf("before.%d", i)).Clone(s).RequiresGrad(s, true)
		r.parameters = append(r.parameters, Parameter{fmt.Sprint(i), x})
	}
	r.Adam = NewAdam([]Group{
		{Parameters: r.parameters[:2], LearningRate: .5, WeightDecay: .1},
		{Parameters: r.parameters[2:], LearningRate: 1e-3},
	}, AdamConfig{Beta1: .8, Beta2: .99, Eps: 1e-6, Decoupled: file == "adamw"})
	t.Cleanup(r.Close)
	r.SetLearningRate(0, 1e-2)
	return r
}

// steps makes the steps from and up to but without to.
func (r *trainer) steps(t *testing.T, s *torch.Scope, from, to int) {
	t.Helper()
	for step := from; step < to; step++ {
		r.give(t, s, step)
		r.Step(s)
	}
}

// give gives the parameters a step's gradients.
func (r *trainer) give(t *testing.T, s *torch.Scope, step int) {
	t.Helper()
	for i, p := range r.parameters {
		p.Tensor.SetGrad(s, tensorOf(t, r.given, fmt.Sprintf("gradient.%d.%d", step, i)))
	}
	if step < 2 {
		r.parameters[2].Tensor.SetGrad(s, nil)
	}
}

// TestAdam compares ten steps with torch.optim.Adam and AdamW within 1e-6:
// two groups, weight decay, and a parameter without gradient at first.
func TestAdam(t *testing.T) {
	for _, file := range []string{"adam", "adamw"} {
		t.Run(file, func(t *testing.T) {
			run(t, func(s *torch.Scope) {
				r := newTrainer(t, s, file)
				r.steps(t, s, 0, 10)
				for i, p := range r.parameters {
					near(t, s, fmt.Sprintf("after.%d", i), p.Tensor, r.given, 1e-6)
				}
				for _, p := range r.State() {
					near(t, s, "state."+p.Name, p.Tensor, r.given, 1e-6)
				}
			})
		})
	}
}

// TestAdamUnless takes the steps of TestAdam at rates that are tensors, and between
// them steps that are to be left out: gradients without values, and no trace of them.
func TestAdamUnless(t *testing.T) {
	for _, file := range []string{"adam", "adamw"} {
		t.Run(file, func(t *testing.T) {
			run(t, func(s *torch.Scope) {
				r := newTrainer(t, s, file)
				number := func(x float64) *torch.Tensor { return torch.Full(s, x, torch.Float32, torch.CPU) }
				rates := []*torch.Tensor{number(1e-2), number(1e-3)}
				for step := range 10 {
					r.give(t, s, step)
					r.StepUnless(s, number(0), rates...)
					for _, p := range r.parameters {
						p.Tensor.SetGrad(s, torch.Full(s, math.NaN(), torch.Float32, torch.CPU, p.Tensor.Shape()...))
					}
					r.StepUnless(s, number(1), rates...)
				}
				for i, p := range r.parameters {
					near(t, s, fmt.Sprintf("after.%d", i), p.Tensor, r.given, 1e-6)
				}
				for _, p := range r.State() {
					near(t, s, "state."+p.Name, p.Tensor, r.given, 1e-6)
				}
			})
		})
	}
	err := torch.Run(func(s *torch.Scope) error {
		newTrainer(t, s, "adam").StepUnless(s, nil)
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "0 learning rates of 2 groups") {
		t.Errorf("no rates: %v", err)
	}
}

// TestAdamResume stores the state after five steps in a file and goes on from
// there with a new optimiser: the same bits as without the stop.
func TestAdamResume(t *testing.T) {
	path := filepath.Join(t.TempDir(), "adam.safetensors")
	run(t, func(s *torch.Scope) {
		through := newTrainer(t, s, "adam")
		through.steps(t, s, 0, 5)
		if err := WriteFile(path, nil, append(through.State(), through.parameters...)); err != nil {
			t.Fatal(err)
		}
		through.steps(t, s, 5, 10)

		again := newTrainer(t, s, "adam")
		stored, _, err := ReadFile(s, path)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range again.parameters {
			p.Tensor.CopyFrom(s, tensorOf(t, stored, p.Name))
		}
		if err := again.SetState(stored[:len(again.State())]); err != nil {
			t.Fatal(err)
		}
		again.steps(t, s, 5, 10)
		for i, p := range again.parameters {
			same(t, s, p.Name, p.Tensor, through.parameters[i].Tensor)
		}
		for i, p := range again.State() {
			same(t, s, p.Name, p.Tensor, through.State()[i].Tensor)
		}
	})
}

// TestAdamSetStateError gives a state that lacks a tensor: it is named, and
// the state stays as it was.
func TestAdamSetStateError(t *testing.T) {
	run(t, func(s *torch.Scope) {
		r := newTrainer(t, s, "adam")
		r.steps(t, s, 0, 1)
		before := r.State()[0].Tensor.Clone(s)
		err := r.SetState(newTrainer(t, s, "adam").State().Without("1.exp_avg_sq"))
		if err == nil || !strings.Contains(err.Error(), "1 missing: 1.exp_avg_sq") {
			t.Errorf("SetState: %v", err)
		}
		same(t, s, "exp_avg", r.State()[0].Tensor, before)
	})
}

// TestAdamChannelsLast makes the same steps with a weight laid out with its
// channels last.
func TestAdamChannelsLast(t *testing.T) {
	run(t, func(s *torch.Scope) {
		conv := NewConv2d(s, 3, 4, 3, ConvOptions{})
		weight := conv.Weight.Clone(s)
		ChannelsLast(s, conv.Named(""))
		x := torch.Ones(s, torch.Float32, torch.CPU, 1, 3, 5, 5)
		for _, c := range []*Conv2d{conv, {Weight: weight.Detach(s).RequiresGrad(s, true), options: conv.options}} {
			adam := NewAdam([]Group{{Parameters: Parameters(c.Named("")), LearningRate: .1}}, DefaultAdamConfig())
			defer adam.Close()
			for range 3 {
				adam.ZeroGrad()
				y := c.Forward(s, x.Mul(s, c.Weight.Detach(s).Narrow(s, 0, 0, 1).Sum(s, 2, 3).Reshape(s, 1, 3, 1, 1)))
				y.Mul(s, y).Sum(s).Backward(s)
				adam.Step(s)
			}
			if c != conv {
				near(t, s, "weight", conv.Weight, StateDict{{"weight", c.Weight}}, 1e-5)
			}
		}
	})
}

// TestAdamGradientLayout gives a weight whose channels come last a gradient
// whose channels do not.
func TestAdamGradientLayout(t *testing.T) {
	run(t, func(s *torch.Scope) {
		plain := torch.Arange(s, 36, torch.CPU).To(s, torch.Float32).Reshape(s, 2, 2, 3, 3)
		var moved []*torch.Tensor
		for _, weight := range []*torch.Tensor{plain.Clone(s), plain.ChannelsLast(s)} {
			weight = weight.Detach(s).RequiresGrad(s, true)
			adam := NewAdam([]Group{{Parameters: []Parameter{{"weight", weight}}, LearningRate: .1}}, DefaultAdamConfig())
			defer adam.Close()
			for _, factor := range []float64{1, -3} {
				weight.SetGrad(s, plain.AddScalar(s, -7).MulScalar(s, factor))
				adam.Step(s)
			}
			moved = append(moved, weight)
		}
		same(t, s, "weight", moved[1], moved[0])
	})
}

// TestZeroGrad checks that no gradient is left.
func TestZeroGrad(t *testing.T) {
	run(t, func(s *torch.Scope) {
		r := newTrainer(t, s, "adam")
		r.steps(t, s, 0, 3)
		r.ZeroGrad()
		for _, p := range r.parameters {
			if p.Tensor.Grad(s) != nil {
				t.Errorf("parameter %s kept its gradient", p.Name)
			}
		}
	})
}

// TestClipGradNorm compares with torch.nn.utils.clip_grad_norm_ within 1e-6:
// above the maximum and below it.
func TestClipGradNorm(t *testing.T) {
	for _, test := range []struct {
		file    string
		maximum float64
	}{{"clip", 2.5}, {"clip-none", 1e3}} {
		t.Run(test.file, func(t *testing.T) {
			run(t, func(s *torch.Scope) {
				given := golden(t, s, test.file)
				var parameters []*torch.Tensor
				for i := range 3 {
					gradient := tensorOf(t, given, fmt.Sprintf("before.%d", i))
					p := torch.Zeros(s, torch.Float32, torch.CPU, gradient.Shape()...).RequiresGrad(s, true)
					p.SetGrad(s, gradient)
					parameters = append(parameters, p)
				}
				parameters = append(parameters, torch.Zeros(s, torch.Float32, torch.CPU, 2).RequiresGrad(s, true)) // without gradient
				near(t, s, "norm", ClipGradNorm(s, parameters, test.maximum), given, 1e-6)
				for i := range 3 {
					near(t, s, fmt.Sprintf("after.%d", i), parameters[i].Grad(s), given, 1e-6)
				}
			})
		})
	}
}

// TestClipGradNormNotFinite checks that a gradient that is not finite shows in
// the norm, and that there may be no gradient at all.
func TestClipGradNormNotFinite(t *testing.T) {
	run(t, func(s *torch.Scope) {
		p := torch.Zeros(s, torch.Float32, torch.CPU, 2).RequiresGrad(s, true)
		if norm := ClipGradNorm(s, []*torch.Tensor{p}, 1); norm != nil {
			t.Errorf("norm of no gradients: %v", norm)
		}
		inf := torch.FromSlice(s, []float32{1, 0}, 2)
		p.SetGrad(s, inf.Div(s, torch.FromSlice(s, []float32{0, 1}, 2)))
		if norm := ClipGradNorm(s, []*torch.Tensor{p}, 1); norm.IsFinite(s).Item(s) != 0 {
			t.Errorf("norm %v of an infinite gradient", norm.Item(s))
		}
	})
}
