package train

import (
	"slices"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// inOrderOfGradients returns the parameters whose gradients are to travel before
// the others', the decoder's, and the rest.
func (t *Trainer) inOrderOfGradients() (first, rest []*torch.Tensor) {
	if t.World.Size() == 1 || !t.Overlap {
		return nil, t.parameters
	}
	for _, entry := range t.learning() {
		switch {
		case !entry.Trainable:
		case captioner.InDecoder(entry.Name):
			first = append(first, entry.Tensor)
		default:
			rest = append(rest, entry.Tensor)
		}
	}
	return first, rest
}

// joinGradients makes gradients and what a step came to those of all processes,
// with those that have begun to travel.
func joinGradients(w *distributed.World, parameters []*torch.Tensor, stats *StepStats) error {
	return torch.NoGrad(func(s *torch.Scope) error {
		own := []float64{stats.Loss, float64(stats.Words), stats.Reward}
		if err := beginGradients(s, w, parameters, own); err != nil {
			return err
		}
		stats.Loss, stats.Words, stats.Reward = own[0], int(own[1]), own[2]
		w.EndSums(s)
		return nil
	})
}

// beginGradients sums numbers over the processes and lets gradients travel to
// become sums. A parameter without a gradient here and with one elsewhere counts
// as zero here; one that has none anywhere keeps none, and the optimiser leaves it
// alone.
func beginGradients(s *torch.Scope, w *distributed.World, parameters []*torch.Tensor, numbers []float64) error {
	all := slices.Clone(numbers)
	for _, p := range parameters {
		all = append(all, 0)
		if p.Grad(s) != nil {
			all[len(all)-1] = 1
		}
	}
	if err := w.SumNumbers(all); err != nil {
		return err
	}
	copy(numbers, all)
	var gradients []*torch.Tensor
	for i, p := range parameters {
		if all[len(numbers)+i] > 0 {
			gradients = append(gradients, gradientOrZero(s, p))
		}
	}
	w.BeginSum(s, gradients...)
	return nil
}

// gradientOrZero returns a parameter's gradient, which it gives it where it has
// none.
func gradientOrZero(s *torch.Scope, p *torch.Tensor) *torch.Tensor {
	if g := p.Grad(s); g != nil {
		return g
	}
	g := p.Detach(s).Clone(s)
	g.FillInPlace(s, 0)
	p.SetGrad(s, g)
	return g
}

// broadcast gives network, average and an optimiser that has taken steps rank
// 0's values.
func (t *Trainer) broadcast() error {
	return torch.NoGrad(func(s *torch.Scope) error {
		all := tensorsOf(nn.StateOf(t.Network.Named()), nn.StateOf(t.Detector.Named("")))
		if t.steps > 0 {
			all = append(all, tensorsOf(t.Optimizer.State())...)
		}
		if t.EMA != nil {
			all = append(all, tensorsOf(t.EMA.State())...)
		}
		t.World.Broadcast(s, all...)
		return nil
	})
}

func tensorsOf(states ...nn.StateDict) (all []*torch.Tensor) {
	for _, state := range states {
		for _, p := range state {
			all = append(all, p.Tensor)
		}
	}
	return all
}

// stepSeed is what the random numbers of a process start from in a step of a
// run, counted from 0: of two steps, or two processes, they have nothing in
// common. The mixing is SplitMix64's (Steele et al. 2014), since generators
// look at few of a seed's bits.
func stepSeed(run int64, step, rank int) int64 {
	x := uint64(run)
	for _, part := range []int{step, rank} {
		x += 0x9e3779b97f4a7c15 * uint64(part+1)
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return int64(x)
}
