package train

import (
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// startAverage begins the average of the weights where the settings ask for
// one.
func (r *session) startAverage() {
	if r.cfg.AverageDecay > 0 {
		r.average = nn.NewEMA(r.network.Named(), r.cfg.AverageDecay)
	}
}

// averaged calls f while the network holds the average of its weights, where
// there is one.
func (r *session) averaged(f func() error) error {
	if r.average == nil {
		return f()
	}
	swap := func(s *torch.Scope) error { r.average.Swap(s); return nil }
	if err := torch.NoGrad(swap); err != nil {
		return err
	}
	if err := f(); err != nil {
		_ = torch.NoGrad(swap) // err says more
		return err
	}
	return torch.NoGrad(swap)
}
