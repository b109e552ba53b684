package captioner

import (
	"fmt"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch"
)

// What Sample may be asked for: captions of each picture, and words of each.
const (
	mostDraws = 1 << 16
	mostSteps = 1000
)

// Sample draws count captions of each picture, whose features (N, L, F) are
// given, word by word from the decoder's own distribution, with libtorch's
// generator. <pad>, <start> and <unk> are never drawn, and after steps words a
// caption ends as it is. The captions of a picture follow each other.
func (n *Network) Sample(s *torch.Scope, features *torch.Tensor, count, steps int, p Precision) [][]int64 {
	switch {
	case !n.takes(s, features):
		return nil
	case count < 1 || count > mostDraws || steps < 1 || steps > mostSteps:
		s.Fail(fmt.Errorf("%d draws of %d words: must be from 1 to %d, and from 1 to %d", count, steps, mostDraws, mostSteps))
		return nil
	}
	drawn := make([][]int64, int(features.Dim(0))*count)
	s.Fail(torch.NoGrad(func(inner *torch.Scope) error {
		p.autocast(inner, n.Device, func() { n.Decoder.sample(inner, features, drawn, count, steps, p) })
		return nil
	}))
	return drawn
}

func (d *Decoder) sample(s *torch.Scope, features *torch.Tensor, drawn [][]int64, count, steps int, p Precision) {
	going := make([]int, len(drawn)) // captions of the rows at work
	rows, words := make([]int64, len(drawn)), make([]int64, len(drawn))
	for i := range drawn {
		going[i], rows[i], words[i] = i, int64(i/count), checkpoint.Start
	}
	w := d.searchWeights(s, p)
	all := d.share(s, d.attentionKeys(s, p.cast(s, features)), rows)
	now := d.initState(s, features).pick(s, indices(s, features, rows))
	for step := 0; step < steps && s.Err() == nil; step++ {
		result := d.step(s, w, all, now, d.wordGates(s, w, indices(s, features, words)))
		now, words = result.state, d.draw(s, w, result.preOutput).Int64s(s)
		left := grow(drawn, going, words)
		if len(left) == 0 {
			return
		}
		if rowsFor(len(left), len(drawn)) < len(going) {
			all, now = all.pick(s, left), now.pick(s, indices(s, features, left))
			for i, row := range left { // each at or behind its new place
				going[i], words[i] = going[row], words[row]
			}
			going, words = going[:len(left)], words[:len(left)]
		}
	}
}

// draw returns a word for each row that the output layer reads, (B). The largest of
// log-probabilities with Gumbel noise is a draw from them (Maddison et al.
// 2014, section 2).
func (d *Decoder) draw(s *torch.Scope, w fused, preOutput *torch.Tensor) *torch.Tensor {
	return s.Within(func(s *torch.Scope) []*torch.Tensor {
		logits := w.logits(s, preOutput)
		noise := torch.Empty(s, torch.Float32, logits.Device(), logits.Shape()...)
		noise.Uniform(s, 1e-20, 1) // whose logarithm is finite
		gumbel := noise.Log(s).Neg(s).Log(s).Neg(s)
		return []*torch.Tensor{logits.Add(s, gumbel).Add(s, d.bannedMask(s, logits)).ArgMax(s, 1)}
	})[0]
}

// bannedMask returns what to add to scores (B, V) so that no caption holds the
// special words that are no words of captions.
func (d *Decoder) bannedMask(s *torch.Scope, logits *torch.Tensor) *torch.Tensor {
	values := make([]float32, max(logits.Dim(1), leastWords)) // none after a failure
	for _, word := range []int{checkpoint.Pad, checkpoint.Start, checkpoint.Unknown} {
		values[word] = -1e30
	}
	return torch.FromSlice(s, values, int64(len(values))).ToDevice(s, logits.Device())
}

// grow puts a word behind the caption of each row that has not ended, and
// returns the rows whose captions still have not.
func grow(drawn [][]int64, going []int, words []int64) (left []int64) {
	for row := range min(len(going), len(words)) { // no words after a failure
		caption := drawn[going[row]]
		if len(caption) > 0 && caption[len(caption)-1] == checkpoint.End {
			continue
		}
		drawn[going[row]] = append(caption, words[row])
		if words[row] != checkpoint.End {
			left = append(left, int64(row))
		}
	}
	return left
}
