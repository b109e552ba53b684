package train

import (
	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// newOptimizer returns the optimiser, Adam over two groups, the rest and the
// backbone at its own rate, and all parameters that it moves.
func newOptimizer(c Config, entries []nn.Entry) (*nn.Adam, []*torch.Tensor) {
	backbone := nn.Group{LearningRate: c.backboneRate(), WeightDecay: c.WeightDecay}
	rest := nn.Group{LearningRate: c.LearningRate, WeightDecay: c.WeightDecay}
	var parameters []*torch.Tensor
	for _, entry := range entries {
		if !entry.Trainable {
			continue
		}
		group := &rest
		if captioner.InBackbone(entry.Name) {
			group = &backbone
		}
		group.Parameters = append(group.Parameters, nn.Parameter{Name: entry.Name, Tensor: entry.Tensor})
		parameters = append(parameters, entry.Tensor)
	}
	config := nn.DefaultAdamConfig()
	config.Decoupled, config.Beta2 = true, c.Beta2
	return nn.NewAdam([]nn.Group{rest, backbone}, config), parameters
}

// SetRates sets the learning rates of the backbone and of the rest.
func (t *Trainer) SetRates(rest, backbone float64) {
	t.Optimizer.SetLearningRate(0, rest)
	t.Optimizer.SetLearningRate(1, backbone)
}

// Restart goes on from the average of the weights, where there is one, with an
// optimiser that starts anew.
func (t *Trainer) Restart() error {
	t.Optimizer.Close()
	t.Optimizer, t.parameters = newOptimizer(t.settings, t.learning())
	t.steps = 0
	if t.EMA == nil {
		return nil
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		t.EMA.Adopt(s)
		return nil
	})
}

// Averaged calls f while the network holds the average of its weights, where
// there is one.
func (t *Trainer) Averaged(f func() error) error {
	if t.EMA == nil {
		return f()
	}
	swap := func(s *torch.Scope) error { t.EMA.Swap(s); return nil }
	if err := torch.NoGrad(swap); err != nil {
		return err
	}
	if err := f(); err != nil {
		_ = torch.NoGrad(swap) // err says more
		return err
	}
	return torch.NoGrad(swap)
}

// restoreProgress continues behind so many steps, with what memory then had room for.
func (t *Trainer) restoreProgress(steps, microBatch int) {
	t.steps = steps
	t.microBatch.restore(microBatch)
}
