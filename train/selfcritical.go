package train

import (
	"runtime"
	"sync"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/evaluate/cider"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// SelfCritical is the reward of captions that the network draws: Rennie et al.
// 2017, with the baseline of Luo 2020.
type SelfCritical struct {
	Network   *captioner.Network
	Precision captioner.Precision
	Samples   int          // captions drawn of each picture
	MaxWords  int          // of a drawn caption
	Weight    float64      // of the references' loss beside the reward; 0 for none
	Reference CrossEntropy // that loss
	Apart     float64      // weight of what a caption would earn for other pictures, which its reward loses; 0 for none

	World *distributed.World // of processes that share each part; nil for one

	reward *ciderReward
}

// newSelfCritical returns the objective of a self-critical epoch of the run that c
// describes, whose references have the loss words: the words' cross-entropy weighs
// c.SelfCriticalWords, and what attends to places or detects words as much as ever.
func newSelfCritical(c Config, words CrossEntropy, reward *ciderReward) SelfCritical {
	if c.SelfCriticalWords > 0 { // what the weight takes from the words alone
		words.Options.Detection /= c.SelfCriticalWords
		words.Options.Guide /= c.SelfCriticalWords
		words.Options.Attention /= c.SelfCriticalWords
	}
	return SelfCritical{
		Network: words.Network, Precision: words.Options.Precision, Samples: c.Samples, MaxWords: c.Beam.MaxWords,
		Weight: c.SelfCriticalWords, Reference: words, Apart: c.SelfCriticalApart, World: c.World, reward: reward,
	}
}

// Begin draws captions of a part's pictures and returns their loss, weighed by
// what each earned.
func (o SelfCritical) Begin(s *torch.Scope, features *torch.Tensor, part *loader.Batch, step Counts) PartLoss {
	var drawn [][]int64
	mask := o.Reference.Options.FeatureMask(s, features)
	seen := func(s *torch.Scope, features *torch.Tensor, from, to int) *torch.Tensor {
		if mask == nil {
			return features
		}
		return features.Mul(s, mask.Narrow(s, 0, int64(from), int64(to-from)))
	}
	if len(part.IDs) > 0 {
		drawn = o.Network.Sample(s, seen(s, features, 0, len(part.IDs)), o.Samples, o.MaxWords, o.Precision)
	}
	if s.Err() != nil {
		return PartLoss{Of: func(_ *torch.Scope, features *torch.Tensor, _, _ int) *torch.Tensor { return features }}
	}
	rewards, elsewhere := o.reward.of(drawn, part.Captions, o.Samples, o.Apart > 0)
	_, reward := advantages(rewards, o.Samples)
	for i := range elsewhere {
		rewards[i] -= o.Apart * elsewhere[i]
	}
	advantages, _ := advantages(rewards, o.Samples)
	words := captioner.SampledTargets(drawn, o.Samples).Scored()
	total := []float64{float64(words), float64(len(part.IDs))}
	s.Fail(o.World.SumNumbers(total))
	options := captioner.LossOptions{Precision: o.Precision, BatchWords: int(total[0])}
	share := total[1] / float64(step.Pictures)
	references := o.Reference.Begin(s, features, part, step)
	return PartLoss{
		Words:  words,
		Reward: reward * float64(len(part.IDs)) / float64(step.Pictures),
		Of: func(s *torch.Scope, features *torch.Tensor, from, to int) *torch.Tensor {
			if from == to {
				return nil
			}
			first, last := from*o.Samples, to*o.Samples
			targets := captioner.SampledTargets(drawn[first:last], o.Samples)
			loss := o.Network.PolicyLoss(s, seen(s, features, from, to), targets, advantages[first:last], options).MulScalar(s, share)
			if o.Weight == 0 {
				return loss
			}
			if words := references.Of(s, features, from, to); words != nil {
				loss = loss.Add(s, words.MulScalar(s, o.Weight))
			}
			return loss
		},
	}
}

// ciderReward rewards captions by CIDEr-D against the references of their
// picture, words as the vocabulary has them, <end> included, so that a caption
// that breaks off earns less.
type ciderReward struct {
	corpus     *cider.Corpus[int64]
	vocabulary *captioner.Vocabulary
	words      int // of a reference that count
}

// newCIDErReward counts the n-grams of the training captions.
func newCIDErReward(pictures loader.Pictures, v *captioner.Vocabulary, words int) *ciderReward {
	r := &ciderReward{cider.NewCorpus[int64](), v, words}
	for i := range pictures.Len() {
		r.corpus.Add(r.encode(pictures.Record(i).Captions))
	}
	return r
}

func (r *ciderReward) encode(captions []string) [][]int64 {
	rows := make([][]int64, len(captions))
	for i, caption := range captions {
		rows[i] = r.vocabulary.Encode(caption, r.words)
	}
	return rows
}

// others is how many pictures a caption is held against beside its own.
const others = 3

// of returns the reward of each drawn caption, as many in a row for each
// picture as count says; and, where asked for, what it would earn on average for
// the next few pictures of the batch, a caption that fits any much and one that
// tells its own little (after Wang et al. 2020, "Compare and reweight").
func (r *ciderReward) of(drawn [][]int64, references [][]string, count int, apart bool) (rewards, elsewhere []float64) {
	rewards = make([]float64, len(drawn))
	encoded := make([][][]int64, len(references))
	next := make(chan int, len(references))
	for picture := range references {
		encoded[picture] = r.encode(references[picture])
		next <- picture
	}
	compared := min(others, len(references)-1)
	if apart && compared > 0 {
		elsewhere = make([]float64, len(drawn))
	}
	close(next)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for picture := range next {
				for i := picture * count; i < (picture+1)*count; i++ {
					rewards[i] = r.corpus.Score(drawn[i], encoded[picture])
					for k := 1; elsewhere != nil && k <= compared; k++ {
						elsewhere[i] += r.corpus.Score(drawn[i], encoded[(picture+k)%len(encoded)]) / float64(compared)
					}
				}
			}
		})
	}
	workers.Wait()
	return rewards, elsewhere
}

// advantages returns each reward less the mean reward of the picture's other
// captions, a baseline that does not depend on the caption (Luo 2020, "A
// better variant of self-critical sequence training", equation 4), and the
// mean of all rewards.
func advantages(rewards []float64, count int) (advantages []float64, mean float64) {
	advantages = make([]float64, len(rewards))
	for first := 0; first < len(rewards); first += count {
		var sum float64
		for _, reward := range rewards[first : first+count] {
			sum += reward
		}
		for i, reward := range rewards[first : first+count] {
			advantages[first+i] = reward - (sum-reward)/float64(count-1)
		}
		mean += sum
	}
	return advantages, mean / float64(max(len(rewards), 1))
}
