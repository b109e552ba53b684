package train

import (
	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/torch"
)

// saying is what a batch's pictures are to bring about, whole or in parts:
// their references or, in self-critical epochs, captions drawn from the model
// and what each earned.
type saying struct {
	r          *session
	batch      *loader.Batch
	how        captioner.LossOptions
	references captioner.LossOptions // how references are scored beside what was drawn
	drawn      [][]int64             // count of each picture; nil for the references
	advantages []float64             // of each drawn caption
	count      int
	share      float64 // of a drawn batch's loss in the lesson's
}

// say returns what a batch with features (N, L, F) says, and notes what its
// loss is the mean of.
func (r *session) say(s *torch.Scope, features *torch.Tensor, batch *loader.Batch, l lesson, o *outcome) saying {
	said := saying{r: r, batch: batch, how: r.teaching(l)}
	if !r.critical() {
		o.words = l.words
		return said
	}
	said.count, said.share = r.cfg.Samples, float64(len(batch.IDs))/float64(l.pictures)
	said.drawn = r.network.Sample(s, features, said.count, r.cfg.Beam.MaxWords, r.precision)
	if s.Err() != nil {
		return said
	}
	var reward float64
	said.advantages, reward = advantages(r.critic.rewards(said.drawn, batch.Captions, said.count), said.count)
	said.references = said.how
	said.how = captioner.LossOptions{Precision: r.precision, BatchWords: captioner.SampledTargets(said.drawn, said.count).Scored()}
	o.words, o.reward = o.words+said.how.BatchWords, o.reward+reward*said.share
	return said
}

// loss returns the loss of the pictures from one to another, whose features
// are given.
func (t saying) loss(s *torch.Scope, features *torch.Tensor, from, to int) *torch.Tensor {
	if t.drawn == nil {
		targets := captioner.NewTargets(t.r.vocabulary, t.batch.Captions[from:to], t.r.cfg.CaptionWords)
		return t.r.network.Loss(s, features, targets, t.how)
	}
	if s.Err() != nil {
		return features
	}
	first, last := from*t.count, to*t.count
	targets := captioner.SampledTargets(t.drawn[first:last], t.count)
	loss := t.r.network.PolicyLoss(s, features, targets, t.advantages[first:last], t.how).MulScalar(s, t.share)
	if t.r.cfg.SelfCriticalWords == 0 {
		return loss
	}
	references := captioner.NewTargets(t.r.vocabulary, t.batch.Captions[from:to], t.r.cfg.CaptionWords)
	return loss.Add(s, t.r.network.Loss(s, features, references, t.references).MulScalar(s, t.r.cfg.SelfCriticalWords))
}

// silent reports whether the pictures from one to another have nothing to
// learn from.
func (t saying) silent(from, to int) bool {
	return t.drawn == nil && captioner.NewTargets(t.r.vocabulary, t.batch.Captions[from:to], t.r.cfg.CaptionWords).Scored() == 0
}
