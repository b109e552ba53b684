package train

import (
	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/torch"
)

// Objective scores what a network says of pictures.
type Objective interface {
	// Begin takes a part of a step's batch, whose pictures have features (N, L,
	// F), and the counts of the whole step.
	Begin(s *torch.Scope, features *torch.Tensor, part *loader.Batch, step Counts) PartLoss
}

// PartLoss is the loss of a part of a step, which can be asked for in smaller
// parts that add up to it.
type PartLoss struct {
	Words  int     // that the loss is the mean of, of this part
	Reward float64 // of drawn captions, this part's share of the step's mean

	// Of returns the loss of the pictures from one to another, whose features
	// are given; nil where they have nothing to learn from.
	Of func(s *torch.Scope, features *torch.Tensor, from, to int) *torch.Tensor
}

// addTo adds the loss of a part, and what else it came to, to a step's.
func (l PartLoss) addTo(stats *StepStats, loss float64) {
	stats.Loss += loss
	stats.Words += l.Words
	stats.Reward += l.Reward
}

// CrossEntropy is the loss of the references' words: the mean over the words of
// a step, and the penalty of attention.
type CrossEntropy struct {
	Network      *captioner.Network
	Vocabulary   *captioner.Vocabulary
	CaptionWords int                   // of a reference that are learned
	Options      captioner.LossOptions // less what it is divided by
}

// NewCrossEntropy returns the objective of an epoch, counted from 0, of the run
// that c describes.
func NewCrossEntropy(c Config, network *captioner.Network, v *captioner.Vocabulary, p captioner.Precision, epoch int) CrossEntropy {
	return CrossEntropy{
		Network: network, Vocabulary: v, CaptionWords: c.CaptionWords,
		Options: captioner.LossOptions{
			Precision:         p,
			Dropout:           c.Dropout,
			EmbeddingDropout:  c.EmbeddingDropout,
			FeatureDropout:    c.FeatureDropout,
			LabelSmoothing:    c.LabelSmoothing,
			Attention:         c.AttentionPenalty,
			Detection:         c.WordDetector,
			Guide:             c.AttentionGuide,
			GuideTemperature:  c.GuideTemperature,
			ScheduledSampling: c.scheduledSampling(epoch),
		},
	}
}

// Begin returns the loss of a part's references.
func (o CrossEntropy) Begin(_ *torch.Scope, _ *torch.Tensor, part *loader.Batch, step Counts) PartLoss {
	options := o.Options
	options.BatchWords, options.BatchCaptions = step.Words, step.Captions
	return PartLoss{
		Words: captioner.NewTargets(o.Vocabulary, part.Captions, o.CaptionWords).Scored(),
		Of: func(s *torch.Scope, features *torch.Tensor, from, to int) *torch.Tensor {
			targets := captioner.NewTargets(o.Vocabulary, part.Captions[from:to], o.CaptionWords)
			if targets.Scored() == 0 {
				return nil
			}
			return o.Network.Loss(s, features, targets, options)
		},
	}
}
