package captioner

import (
	"fmt"

	"github.com/seetell/seetell/torch"
)

// PolicyLoss returns what self-critical training lowers: the mean over the
// words of captions that Sample drew of −A · log p(word), A the advantage of
// the word's caption, its reward above the baseline; or a part's share of it,
// where how.BatchWords are the whole's. Rennie et al. 2017, equation 7. The
// probabilities are those that Sample drew by.
func (n *Network) PolicyLoss(s *torch.Scope, features *torch.Tensor, t Targets, advantages []float64, how LossOptions) *torch.Tensor {
	if len(advantages) != len(t.sortedIndices) {
		s.Fail(fmt.Errorf("%d advantages for %d captions", len(advantages), len(t.sortedIndices)))
		return nothing(s)
	}
	logits := n.Logits(s, features, t, how)
	if s.Err() != nil {
		return logits
	}
	words := torch.FromSlice(s, t.words, int64(len(t.words)), 1).ToDevice(s, n.Device)
	said := logits.Add(s, n.Decoder.bannedMask(s, logits)).LogSoftmax(s, 1).Gather(s, 1, words).Squeeze(s, 1)
	weights := t.weights(advantages)
	loss := said.Mul(s, torch.FromSlice(s, weights, int64(len(weights))).ToDevice(s, n.Device)).Sum(s)
	return loss.MulScalar(s, share(t.Scored(), how.BatchWords))
}

// weights returns what each row of Logits counts: its caption's advantage over
// the number of words, negative; 0 for the rows that fill up.
func (t Targets) weights(advantages []float64) []float32 {
	weights := make([]float32, len(t.words))
	for i, caption := range t.caption {
		weights[i] = float32(-advantages[caption] / float64(t.count))
	}
	return weights
}
