package train

import (
	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/nn"
)

// detectorPrefix begins the names of the detector's tensors among the parameters.
const detectorPrefix = "detector."

// detectWords gives the trainer a detector of words, where its settings ask for
// one, which knows how many of the captions hold each word of v.
func (t *Trainer) detectWords(v *captioner.Vocabulary, captions []string) (err error) {
	if t.settings.WordDetector == 0 {
		return nil
	}
	shares := wordShares(v, captions, t.settings.CaptionWords)
	if t.Detector, err = captioner.NewWordDetector(t.Network.Config.Features, shares, t.Network.Device); err != nil {
		return err
	}
	t.Optimizer.Close()
	t.Optimizer, t.parameters = newOptimizer(t.settings, t.learning())
	return nil
}

// learning lists the network's tensors, and the detector's.
func (t *Trainer) learning() []nn.Entry {
	return append(t.Network.Named(), t.Detector.Named(detectorPrefix)...)
}

// wordShares returns the share of captions that hold each word of the vocabulary.
func wordShares(v *captioner.Vocabulary, captions []string, maximum int) []float64 {
	shares := make([]float64, v.Len())
	for _, caption := range captions {
		seen := map[int64]bool{}
		for _, word := range v.Encode(caption, maximum) {
			if !seen[word] {
				seen[word] = true
				shares[word] += 1 / float64(len(captions))
			}
		}
	}
	return shares
}
