package nn

import (
	"fmt"

	"github.com/seetell/seetell/torch"
)

// Group is a set of parameters that Adam moves alike.
type Group struct {
	Parameters   []Parameter
	LearningRate float64
	WeightDecay  float64
}

// AdamConfig holds what Adam's groups share.
type AdamConfig struct {
	Beta1, Beta2 float64 // decay of the means of gradients and of their squares
	Eps          float64
	Decoupled    bool // AdamW: Loshchilov and Hutter 2019, algorithm 2
}

// DefaultAdamConfig returns PyTorch's defaults for Adam.
func DefaultAdamConfig() AdamConfig { return AdamConfig{Beta1: .9, Beta2: .999, Eps: 1e-8} }

// Adam is torch.optim.Adam, or AdamW: Kingma and Ba 2015, algorithm 1.
type Adam struct {
	config AdamConfig
	groups []*adamGroup
	scope  *torch.Scope // owns the state
}

// adamGroup is a group and its parameters' state, in their order.
type adamGroup struct {
	Group
	m, v  []*torch.Tensor // means of gradients and of their squares
	steps []*torch.Tensor // float32 of no dimensions: updates so far
}

// NewAdam returns an optimiser of parameters, which it borrows, on the device
// and in the layout that they have now; Backward computes their gradients from
// now on. It must be closed.
func NewAdam(groups []Group, config AdamConfig) *Adam {
	a := &Adam{config: config, scope: torch.NewScope()}
	for _, group := range groups {
		g := &adamGroup{Group: group}
		for _, p := range group.Parameters {
			p.Tensor.RequiresGrad(a.scope, true)
			g.m = append(g.m, a.zerosLike(p.Tensor))
			g.v = append(g.v, a.zerosLike(p.Tensor))
			g.steps = append(g.steps, torch.Zeros(a.scope, torch.Float32, p.Tensor.Device()))
		}
		a.groups = append(a.groups, g)
	}
	return a
}

// zerosLike returns zeros of x's shape and, which the fused update relies on,
// its layout in memory.
func (a *Adam) zerosLike(x *torch.Tensor) *torch.Tensor {
	alias := x.Detach(a.scope)
	zeros := alias.Clone(a.scope)
	alias.Free()
	zeros.FillInPlace(a.scope, 0)
	return zeros
}

// Close frees the optimiser's state.
func (a *Adam) Close() { a.scope.Close() }

// Step moves every parameter that has a gradient.
func (a *Adam) Step(s *torch.Scope) {
	a.step(s, nil, func(group int) torch.FusedAdamOptions {
		return torch.FusedAdamOptions{LR: a.groups[group].LearningRate}
	})
}

// StepUnless is Step with rates, one for each group, and without effect where skip
// holds 1 rather than 0: float32 tensors of shape () beside the parameters, for a
// step of which the processor sees no values.
func (a *Adam) StepUnless(s *torch.Scope, skip *torch.Tensor, rates ...*torch.Tensor) {
	if len(rates) != len(a.groups) {
		s.Fail(fmt.Errorf("%d learning rates of %d groups", len(rates), len(a.groups)))
		return
	}
	a.step(s, skip, func(group int) torch.FusedAdamOptions { return torch.FusedAdamOptions{Rate: rates[group]} })
}

// step moves each group's parameters at the rate that options have.
func (a *Adam) step(s *torch.Scope, skip *torch.Tensor, options func(group int) torch.FusedAdamOptions) {
	s.Fail(a.scope.Err())
	for i, g := range a.groups {
		state := g.withGradients(s)
		if len(state.Params) == 0 {
			continue
		}
		o := options(i)
		o.Beta1, o.Beta2, o.Eps, o.Skip = a.config.Beta1, a.config.Beta2, a.config.Eps, skip
		o.WeightDecay, o.Decoupled = g.WeightDecay, a.config.Decoupled
		torch.FusedAdam(s, state, o)
	}
}

// withGradients returns the parameters that have gradients, the gradients, and
// what Adam keeps of each.
func (g *adamGroup) withGradients(s *torch.Scope) (state torch.FusedAdamState) {
	for i, p := range g.Parameters {
		gradient := p.Tensor.Grad(s)
		if gradient == nil {
			continue
		}
		state.Params, state.Grads = append(state.Params, p.Tensor), append(state.Grads, gradient)
		state.M, state.V = append(state.M, g.m[i]), append(state.V, g.v[i])
		state.Steps = append(state.Steps, g.steps[i])
	}
	return state
}

// ZeroGrad drops every parameter's gradient. Step reports its error.
func (a *Adam) ZeroGrad() {
	for _, g := range a.groups {
		for _, p := range g.Parameters {
			p.Tensor.ZeroGrad(a.scope)
		}
	}
}

// SetLearningRate sets the learning rate of a group, counted from 0. Step
// reports that there is no such group.
func (a *Adam) SetLearningRate(group int, rate float64) {
	if group < 0 || group >= len(a.groups) {
		a.scope.Fail(fmt.Errorf("learning rate of group %d of %d groups", group, len(a.groups)))
		return
	}
	a.groups[group].LearningRate = rate
}

// LearningRate returns the learning rate of a group, 0 where there is none.
func (a *Adam) LearningRate(group int) float64 {
	if group < 0 || group >= len(a.groups) {
		return 0
	}
	return a.groups[group].LearningRate
}

// State returns the optimiser's own tensors, borrowed, under the parameter's
// name and PyTorch's names of them: exp_avg, exp_avg_sq and step.
func (a *Adam) State() StateDict {
	var state StateDict
	for _, g := range a.groups {
		for i, p := range g.Parameters {
			state = append(state, Parameter{p.Name + ".exp_avg", g.m[i]},
				Parameter{p.Name + ".exp_avg_sq", g.v[i]}, Parameter{p.Name + ".step", g.steps[i]})
		}
	}
	return state
}

// SetState gives the optimiser copies of a state's tensors, or leaves it as it
// is and says what does not fit.
func (a *Adam) SetState(state StateDict) error {
	if err := a.scope.Err(); err != nil {
		return err
	}
	var own []Entry
	for _, p := range a.State() {
		own = append(own, Entry{Name: p.Name, Tensor: p.Tensor})
	}
	if err := Load(own, state); err != nil {
		return fmt.Errorf("state of the optimiser: %w", err)
	}
	return nil
}
