package captioner

import (
	"math/rand/v2"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch"
)

// LossOptions says how a batch of captions is scored in training.
type LossOptions struct {
	Precision         Precision
	Dropout           float64 // of what the output layer reads
	EmbeddingDropout  float64
	FeatureDropout    float64 // of a picture's features, each at all of its places or at none
	LabelSmoothing    float64
	Attention         float64       // α_c, the weight of Xu et al. 2015, equation 14; 0 leaves it out
	Detector          *WordDetector // learns beside the captions and guides attention; nil for none
	Detection         float64       // weight of the detector's own loss
	Guide             float64       // weight of what draws attention to the places where the detector sees the word, and lets where attention looks shape no features; 0 leaves it out
	GuideTemperature  float64       // of its maps
	ScheduledSampling float64       // share of the words read that are drawn from the decoder itself (Bengio et al. 2015, section 2.4)
	BatchWords        int           // divide the words' summed loss by this instead of their own number; 0 for that
	BatchCaptions     int           // divide the captions' summed penalty likewise
	Random            *rand.Rand    // draws what is dropped; nil for libtorch's generator, which all threads share
}

// Loss returns the mean cross-entropy of the targets' words, teacher forced,
// from the pictures' features (N, L, F), plus the attention's penalty and
// a detector's part where asked for. See Logits for the words' own scores. The losses of a batch's
// parts add up to the batch's where BatchWords and BatchCaptions are the
// batch's.
func (n *Network) Loss(s *torch.Scope, features *torch.Tensor, t Targets, how LossOptions) *torch.Tensor {
	logits, steps, words := n.teach(s, features, t, how)
	if s.Err() != nil {
		return logits
	}
	if t.fixed != nil {
		s.Fail(t.fixed.teaches(how))
	}
	options := torch.CrossEntropyOptions{IgnoreIndex: checkpoint.Pad, LabelSmoothing: how.LabelSmoothing}
	loss := logits.CrossEntropy(s, words, options)
	loss = loss.MulScalar(s, share(t.Scored(), how.BatchWords))
	if how.Attention > 0 {
		penalty := t.coverage(s, steps.alpha).MulScalar(s, how.Attention)
		loss = loss.Add(s, penalty.MulScalar(s, share(t.Captions, how.BatchCaptions)))
	}
	if how.Detector == nil && how.Guide > 0 {
		s.Fail(errNoDetector)
		return nothing(s)
	}
	if how.Detector != nil {
		if err := how.Detector.fits(n); err != nil {
			s.Fail(err)
			return nothing(s)
		}
		loss = loss.Add(s, how.Detector.guide(s, features, t, steps.alpha, how))
	}
	return loss
}

// share returns what part of all a count is; all 0 means the count itself.
func share(count, all int) float64 {
	if all == 0 {
		return 1
	}
	return float64(count) / float64(all)
}

// Logits returns the scores of the vocabulary at each scored word, float32 of
// shape (words, V) in the order of steps, then captions, with rows of no
// meaning behind them.
func (n *Network) Logits(s *torch.Scope, features *torch.Tensor, t Targets, how LossOptions) *torch.Tensor {
	logits, _, _ := n.teach(s, features, t, how)
	return logits
}

// teach returns Logits, the steps that led to them, and the words that are scored.
func (n *Network) teach(s *torch.Scope, features *torch.Tensor, t Targets, how LossOptions) (logits *torch.Tensor, steps unrolled, words *torch.Tensor) {
	if !n.learns(s, features, t) {
		return nothing(s), steps, nil
	}
	l := t.lists(s, features)
	if mask := how.FeatureMask(s, features); mask != nil {
		features = features.Mul(s, mask)
	}
	how.Precision.autocast(s, n.Device, func() {
		steps = n.Decoder.unroll(s, features, t, l, how)
		preOutput := steps.preOutput
		if l.scored != nil {
			preOutput = preOutput.IndexSelect(s, 0, l.scored)
		}
		preOutput = how.drop(s, preOutput, how.Dropout)
		logits = n.Decoder.output.Forward(s, preOutput).To(s, torch.Float32)
	})
	return logits, steps, l.words
}

// unrolled is what the steps came to, a row for each row that they took, R in
// all.
type unrolled struct {
	preOutput *torch.Tensor // what the output layer reads, (R, H)
	alpha     *torch.Tensor // (R, L)
	gate      *torch.Tensor // the context's, (R, F)
}

// unroll feeds the targets' words, whose lists are given.
func (d *Decoder) unroll(s *torch.Scope, features *torch.Tensor, t Targets, l lists, how LossOptions) unrolled {
	w := d.fuse(s, how.Precision)
	read := how.Precision.cast(s, features)
	compared := read
	if how.Guide > 0 { // or the backbone learns a lattice of places that outdo their neighbours
		compared = read.Detach(s)
	}
	m := memory{features: read, keys: d.attention.feature.Forward(s, compared)}
	start := d.initState(s, features).pick(s, l.pictures)
	inputs := how.drop(s, d.embedding.Forward(s, l.inputs), how.EmbeddingDropout)
	gates := inputs.Linear(s, w.wordWeight, w.wordBias)
	if d.atOnce(features.Device()) && how.ScheduledSampling == 0 && t.fixed == nil {
		return d.unrollAtOnce(s, w, m, start, gates, t)
	}
	return d.unrollSteps(s, w, m.rows(s, l.pictures), start, gates, t, how)
}

// unrollSteps takes a step after another, an operator at a time.
func (d *Decoder) unrollSteps(s *torch.Scope, w fused, m memory, now state, gates *torch.Tensor, t Targets, how LossOptions) unrolled {
	var preOutput, alpha, opened []*torch.Tensor
	for step, gate := range gates.Split(s, t.batchSizes, 0) {
		if step > 0 && t.batchSizes[step] < t.batchSizes[step-1] {
			m, now = m.first(s, t.batchSizes[step]), now.first(s, t.batchSizes[step])
		}
		if step > 0 && how.ScheduledSampling > 0 {
			gate = d.sampleInputs(s, w, preOutput[step-1], gate, how)
		}
		result := d.step(s, w, m, now, gate)
		now = result.state
		preOutput, alpha, opened = append(preOutput, result.preOutput), append(alpha, result.alpha), append(opened, result.gate)
	}
	return unrolled{torch.Cat(s, 0, preOutput...), torch.Cat(s, 0, alpha...), torch.Cat(s, 0, opened...)}
}

// sampleInputs returns the words' gates with a random share of the rows replaced by
// those of words that the decoder draws after the words before, whose first rows
// go on.
func (d *Decoder) sampleInputs(s *torch.Scope, w fused, preOutput, gates *torch.Tensor, how LossOptions) *torch.Tensor {
	kept := s.WithinNoGrad(func(s *torch.Scope) []*torch.Tensor {
		drawn := d.draw(s, w, preOutput.Narrow(s, 0, 0, gates.Dim(0)))
		chance := torch.Empty(s, torch.Float32, gates.Device(), gates.Dim(0), 1)
		chance.Uniform(s, 0, 1)
		own := chance.Lt(s, torch.Full(s, how.ScheduledSampling, torch.Float32, gates.Device(), 1))
		return []*torch.Tensor{drawn, own}
	})
	return torch.Where(s, kept[1], d.wordGates(s, w, kept[0]), gates)
}

// coverage is Xu et al. 2015, equation 14: the mean over captions and places
// of (1 − Σ_t α_ti)², t over the caption's scored words.
func (t Targets) coverage(s *torch.Scope, alpha *torch.Tensor) *torch.Tensor {
	own := make([]float32, t.Captions*t.count) // for each caption, which scored words are its own
	for word, caption := range t.caption {
		own[caption*t.count+word] = 1
	}
	all := alpha.IndexSelect(s, 0, indices(s, alpha, t.scored[:t.count]))
	seen := torch.FromSlice(s, own, int64(t.Captions), int64(t.count)).ToDevice(s, all.Device()).MatMul(s, all)
	missing := seen.Neg(s).AddScalar(s, 1)
	return missing.Mul(s, missing).Mean(s)
}
