package train

import (
	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// KeepFeatures has the trainer keep what so many pictures, those that come in
// each epoch as they were, come to in frozen layers, in so many bytes, or in
// half of what is free for -1. Opened hears how many there is room for.
func (t *Trainer) KeepFeatures(pictures int, bytes int64, opened func(kept, bytes int64)) {
	t.features.keep(pictures, t.settings.Augmentation.Deterministic(), bytes, opened)
}

// Predictor returns a predictor of the network as it is, with what is known of
// pictures in frozen layers. C says how it searches.
func (t *Trainer) Predictor(c Config, v *captioner.Vocabulary) *predict.Predictor {
	p := &predict.Predictor{
		Network:      t.Network,
		Vocabulary:   v,
		World:        t.World,
		Loader:       loader.Config{Batch: predict.Batch, Workers: c.Workers, Preprocessing: t.Preprocessing},
		Beam:         c.Beam,
		Precision:    t.Precision,
		CaptionWords: c.CaptionWords,
	}
	if modes := captioner.Evaluation; t.Modes.Frozen > 0 {
		modes.Frozen = t.Modes.Frozen
		_ = t.features.fix(modes.Frozen) // before the predictor does, for as long as it predicts; compute says what is wrong
		p.Pooled = func(s *torch.Scope, batch *loader.Batch) *torch.Tensor {
			return t.Network.Pooled(s, t.features.of(s, batch, modes.Frozen), modes, t.Precision)
		}
	}
	return p
}
