package captioner

import "github.com/seetell/seetell/torch"

// atOnce reports whether all steps on device are one operator, with gradients
// of its own, rather than some tens each: the same sums, in another order.
func (d *Decoder) atOnce(device torch.Device) bool {
	return device == torch.CPU && !d.stepwise && !d.attention.uniform
}

// steps takes the steps of the given rows, each of which looks at a picture of
// m and starts in before; words are their rows of wordGates.
func (d *Decoder) steps(s *torch.Scope, w fused, m memory, before state, words *torch.Tensor, rows, pictures []int64) torch.AttentionSteps {
	return torch.AttentionLSTM{
		Features: m.features, Keys: m.keys, H: before.h, C: before.c,
		Words:       words.Narrow(s, 1, 0, 4*int64(d.config.Hidden)),
		StateWeight: w.stateWeight, StateBias: w.stateBias,
		ScoreWeight: d.attention.score.Weight, ScoreBias: d.attention.score.Bias,
		StepWeight: w.stepWeight,
		Rows:       rows, Pictures: pictures,
	}.Run(s)
}

// unrollAtOnce takes all steps of t in one call. A deep output's products are
// taken over all steps' rows together.
func (d *Decoder) unrollAtOnce(s *torch.Scope, w fused, m memory, start state, gates *torch.Tensor, t Targets) unrolled {
	all := d.steps(s, w, m, start, gates, t.batchSizes, t.pictures())
	return unrolled{d.preOutput(s, w, all.Hidden, w.precision.cast(s, all.Context), gates), all.Alpha, all.Gate}
}

// stepAtOnce is step where rows share the memory of their pictures.
func (d *Decoder) stepAtOnce(s *torch.Scope, w fused, m memory, before state, gates *torch.Tensor) stepResult {
	kept := s.Within(func(s *torch.Scope) []*torch.Tensor {
		one := d.steps(s, w, m, before, gates, []int64{int64(len(m.pictures))}, m.pictures)
		preOutput := d.preOutput(s, w, one.Hidden, w.precision.cast(s, one.Context), gates)
		if preOutput == one.Hidden {
			preOutput = preOutput.Detach(s) // a handle of its own
		}
		return []*torch.Tensor{one.Hidden, one.Cell, preOutput, one.Alpha, one.Gate}
	})
	return stepResult{state{kept[0], kept[1]}, kept[2], kept[3], kept[4]}
}
