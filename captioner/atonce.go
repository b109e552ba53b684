package captioner

import "github.com/seetell/seetell/torch"

// atOnce reports whether all steps on device are one operator, with gradients
// of its own, rather than some tens each: the same sums, in another order.
func (d *Decoder) atOnce(device torch.Device) bool { return device == torch.CPU && !d.stepwise }

// unrollAtOnce takes all steps of t in one call. A deep output's products are
// taken over all steps' rows together.
func (d *Decoder) unrollAtOnce(s *torch.Scope, w fused, m memory, start state, gates *torch.Tensor, t Targets) unrolled {
	hidden := int64(d.config.Hidden)
	steps := torch.AttentionLSTM{
		Features: m.features, Keys: m.keys, H: start.h, C: start.c,
		Words:       gates.Narrow(s, 1, 0, 4*hidden),
		StateWeight: w.stateWeight, StateBias: w.stateBias,
		ScoreWeight: d.attention.score.Weight, ScoreBias: d.attention.score.Bias,
		StepWeight: w.stepWeight,
		Rows:       t.batchSizes, Pictures: t.pictures(),
	}.Run(s)
	return unrolled{d.preOutput(s, w, steps.Hidden, w.precision.cast(s, steps.Context), gates), steps.Alpha, steps.Gate}
}
