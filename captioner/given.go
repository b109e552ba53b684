package captioner

import (
	"context"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// Given reads captions of a picture, teacher forced, and says how likely each
// word was and where attention lay before it. A word that is not in the
// vocabulary is read as <unk> and marked.
func (m *Model) Given(ctx context.Context, p *picture.Picture, captions []string) (given []Caption, err error) {
	prepared, err := m.PreparePicture(p)
	if err != nil {
		return nil, err
	}
	failed := m.thread.do(ctx, func() {
		err = torch.NoGrad(func(s *torch.Scope) error {
			size := int64(m.Preprocessing.Size)
			x := torch.FromSlice(s, prepared.pixels, 1, size, size, 3).ToDevice(s, m.network.Device)
			_, features := m.network.EncodePictures(s, Normalise(s, x, m.Preprocessing), Evaluation, m.precision)
			given = m.network.Given(s, features, m.vocabulary, captions, m.precision)
			return s.Err()
		})
	})
	if failed != nil {
		return nil, failed
	}
	return given, err
}

// Given is Model.Given for the features (1, L, F) of a picture.
func (n *Network) Given(s *torch.Scope, features *torch.Tensor, v *Vocabulary, captions []string, p Precision) []Caption {
	if v == nil {
		s.Fail(errNoVocabulary)
	}
	if len(captions) == 0 || !n.takes(s, features) {
		return nil
	}
	longest := 0
	split := make([][]string, len(captions))
	for i, caption := range captions {
		split[i] = checkpoint.Tokenize(v.Tokenizer(), caption)
		longest = max(longest, len(split[i]))
	}
	targets := NewTargets(v, [][]string{captions}, longest)
	logits, steps, words := n.teach(s, features, targets, LossOptions{Precision: p})
	if s.Err() != nil {
		return nil
	}
	said := words.Unsqueeze(s, 1)
	scored := indices(s, features, targets.scored)
	logProbabilities := logits.LogSoftmax(s, 1).Gather(s, 1, said).Float32s(s)
	alphas := steps.alpha.IndexSelect(s, 0, scored).Float32s(s)
	gates := steps.gate.IndexSelect(s, 0, scored).To(s, torch.Float32).Mean(s, 1).Float32s(s)
	if s.Err() != nil {
		return nil
	}
	all, sums := make([][]Word, len(captions)), make([]float64, len(captions))
	places := int(features.Dim(1))
	for row, caption := range targets.caption { // by steps, so that a caption's words come in order
		sums[caption] += float64(logProbabilities[row])
		if targets.words[row] == checkpoint.End {
			continue
		}
		all[caption] = append(all[caption], Word{
			Text:           split[caption][len(all[caption])],
			Unknown:        targets.words[row] == checkpoint.Unknown,
			LogProbability: float64(logProbabilities[row]),
			Gate:           float64(gates[row]),
			Attention:      alphas[row*places : (row+1)*places : (row+1)*places],
		})
	}
	given := make([]Caption, len(captions))
	for i := range given {
		given[i] = newCaption(v, all[i], sums[i], true)
	}
	return given
}
