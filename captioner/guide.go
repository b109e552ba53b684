package captioner

import "github.com/seetell/seetell/torch"

// guide is what draws attention to the places that speak for the word to come:
// the mean over scored words of the divergence KL(β ‖ α). A deep output is
// linear in the gated context, z' = g ⊙ Σ α_i f_i, so that place i adds to the
// word's logit, if α looks there alone, w · W_z (g ⊙ f_i), w the word's row of
// W_o: its class activation map (Zhou et al. 2016, equation 2). β is the softmax
// of that over the places, at how.GuideTemperature. Gradients flow into α alone.
func (d *Decoder) guide(s *torch.Scope, features *torch.Tensor, t Targets, steps unrolled, how LossOptions) *torch.Tensor {
	scored := indices(s, features, t.scored[:t.count])
	beta := s.WithinNoGrad(func(s *torch.Scope) []*torch.Tensor {
		gates := steps.gate.IndexSelect(s, 0, scored)
		maps := d.activation(s, features, t, gates, how.Precision)
		return []*torch.Tensor{maps.MulScalar(s, 1/how.GuideTemperature).Softmax(s, 1)}
	})[0]
	const least = 1e-8 // whose logarithm is finite
	alpha := steps.alpha.IndexSelect(s, 0, scored).AddScalar(s, least).Log(s)
	divergence := beta.AddScalar(s, least).Log(s).Sub(s, alpha).Mul(s, beta).Sum(s)
	return divergence.MulScalar(s, 1/float64(t.count))
}

// activation returns what each place adds to the logit of each scored word,
// float32 of shape (words, L).
func (d *Decoder) activation(s *torch.Scope, features *torch.Tensor, t Targets, gates *torch.Tensor, p Precision) *torch.Tensor {
	pictures, places, size := features.Dim(0), features.Dim(1), features.Dim(2)
	own := make([]int64, t.count) // rows of (words × pictures)
	for word, caption := range t.caption[:t.count] {
		own[word] = int64(word)*pictures + t.Picture[caption]
	}
	rows := p.cast(s, d.output.Weight).IndexSelect(s, 0, indices(s, features, t.words[:t.count]))
	directions := rows.MatMul(s, p.cast(s, d.context.Weight)).Mul(s, p.cast(s, gates))
	all := directions.MatMul(s, p.cast(s, features).Reshape(s, pictures*places, size).Transpose(s, 0, 1))
	return all.Reshape(s, int64(t.count)*pictures, places).IndexSelect(s, 0, indices(s, features, own)).To(s, torch.Float32)
}
