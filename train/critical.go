package train

import (
	"runtime"
	"sync"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/evaluate/cider"
	"github.com/seetell/seetell/torch"
)

// critic rewards captions by CIDEr-D against the references of their picture,
// words as the vocabulary has them, <end> included, so that a caption that
// breaks off earns less.
type critic struct {
	corpus     *cider.Corpus[int64]
	vocabulary *captioner.Vocabulary
	words      int // of a reference that count
}

// newCritic counts the n-grams of the training captions.
func newCritic(split *dataset.Split, v *captioner.Vocabulary, words int) *critic {
	c := &critic{cider.NewCorpus[int64](), v, words}
	for i := range split.Len() {
		c.corpus.Add(c.encode(split.Record(i).Captions))
	}
	return c
}

func (c *critic) encode(captions []string) [][]int64 {
	rows := make([][]int64, len(captions))
	for i, caption := range captions {
		rows[i] = c.vocabulary.Encode(caption, c.words)
	}
	return rows
}

// rewards returns the reward of each drawn caption, as many in a row for each
// picture as count says.
func (c *critic) rewards(drawn [][]int64, references [][]string, count int) []float64 {
	rewards := make([]float64, len(drawn))
	next := make(chan int, len(references))
	for picture := range references {
		next <- picture
	}
	close(next)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for picture := range next {
				encoded := c.encode(references[picture])
				for i := picture * count; i < (picture+1)*count; i++ {
					rewards[i] = c.corpus.Score(drawn[i], encoded)
				}
			}
		})
	}
	workers.Wait()
	return rewards
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

// critical tells whether the running epoch is self-critical.
func (r *session) critical() bool {
	return r.progress.Epochs >= r.cfg.Epochs-r.cfg.SelfCritical
}

// beginPhase turns from the words' likelihood to the captions' reward, or back
// where a resumed run has more epochs: it goes on from the average of the
// weights where there is one, with an optimiser that starts anew.
func (r *session) beginPhase() error {
	r.progress.Critical, r.progress.PhaseStart = r.critical(), r.progress.Steps
	r.optimiser.Close()
	r.trained = nil
	r.optimise()
	if r.average == nil {
		return nil
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		r.average.Adopt(s)
		return nil
	})
}
