package captioner

import (
	"errors"
	"fmt"
	"math"

	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// WordDetector tells which words the captions of a picture hold, after Fang et al.
// 2015, from the mean of its features over places: score of word w = v_w · mean f_i
// + b_w. It is linear, so that place i's part of it is v_w · f_i, the word's class
// activation map (Zhou et al. 2016, equation 2): where in the picture the word is.
// It has seen no boxes, and training alone needs it.
type WordDetector struct {
	features int
	words    *nn.Linear
	usual    []float64 // each word's score where nothing is known of a picture
	scope    *torch.Scope
}

// NewWordDetector returns a detector on device for a vocabulary, given the share
// of captions that hold each of its words, that knows no more than these. Close
// frees it.
func NewWordDetector(features int, shares []float64, device torch.Device) (*WordDetector, error) {
	if features < 1 || len(shares) < leastWords {
		return nil, fmt.Errorf("a detector of %d words from %d features: there must be %d and 1 at least", len(shares), features, leastWords)
	}
	if err := torch.Open(); err != nil {
		return nil, err
	}
	const rarest = 1e-5 // whose score is finite
	d := &WordDetector{features: features, scope: torch.NewScope(), usual: make([]float64, len(shares))}
	first := make([]float32, len(shares))
	for i, share := range shares {
		if !(share >= 0 && share <= 1+1e-9) { // what sums of parts may round to
			d.Close()
			return nil, fmt.Errorf("a share of %v captions that hold word %d: must be from 0 to 1", share, i)
		}
		share = min(max(share, rarest), 1-rarest)
		d.usual[i] = math.Log(share / (1 - share))
		first[i] = float32(d.usual[i])
	}
	count := int64(len(shares))
	d.words = &nn.Linear{
		Weight: torch.Zeros(d.scope, torch.Float32, device, count, int64(features)),
		Bias:   torch.FromSlice(d.scope, first, count).ToDevice(d.scope, device),
	}
	if err := d.scope.Err(); err != nil {
		d.Close()
		return nil, fmt.Errorf("build the detector of words: %w", err)
	}
	return d, nil
}

// Named lists the detector's tensors.
func (d *WordDetector) Named(prefix string) []nn.Entry {
	if d == nil || d.words == nil {
		return nil
	}
	return d.words.Named(prefix)
}

// fits says whether the detector is one of a network's features and words.
func (d *WordDetector) fits(n *Network) error {
	if d.features != n.Config.Features || len(d.usual) != n.VocabularySize {
		return fmt.Errorf("a detector of %d words from %d features, where the network has %d and %d", len(d.usual), d.features, n.VocabularySize, n.Config.Features)
	}
	return nil
}

// Close frees the tensors.
func (d *WordDetector) Close() {
	if d != nil && d.scope != nil {
		d.scope.Close()
	}
}

var errNoDetector = errors.New("a guide of the attention: it needs a detector of words, which NewWordDetector makes")

// detection is the mean over captions of the sum over words of the cross-entropy of
// whether the caption holds the word. Scores are the pictures', (N, V).
func (t Targets) detection(s *torch.Scope, scores *torch.Tensor) *torch.Tensor {
	pictures, words := scores.Dim(0), scores.Dim(1)
	weights := make([]float32, 2*pictures*words) // captions that hold the word, that do not
	for _, picture := range t.Picture {
		for word := int64(leastWords); word < words; word++ {
			weights[2*(picture*words+word)+1]++
		}
	}
	type said struct {
		caption int
		word    int64
	}
	seen := map[said]bool{}
	for i, caption := range t.caption {
		word := t.words[i]
		if word < leastWords || seen[said{caption, word}] {
			continue
		}
		seen[said{caption, word}] = true
		at := 2 * (t.Picture[caption]*words + word)
		weights[at]++
		weights[at+1]--
	}
	flat := scores.Reshape(s, -1, 1)
	both := torch.Cat(s, 1, flat, flat.MulScalar(s, 0)).LogSoftmax(s, 1) // log σ(score), log σ(−score)
	sum := both.Mul(s, torch.FromSlice(s, weights, pictures*words, 2).ToDevice(s, scores.Device())).Sum(s)
	return sum.MulScalar(s, -1/float64(t.Captions))
}

// guide is the detector's part of Loss: its own loss, and what draws attention
// to the places that speak for the word to come, the mean over scored words of
// k KL(β ‖ α). β is the softmax over places of the word's map, less the mean map of
// all words, over how.GuideTemperature; k, from 0 to 1, is how much likelier the
// word is in this picture than in any: its score less its usual one. Words that no
// place speaks for are so left alone. No gradient flows into β and k.
func (d *WordDetector) guide(s *torch.Scope, features *torch.Tensor, t Targets, alpha *torch.Tensor, how LossOptions) *torch.Tensor {
	scores := d.words.Forward(s, features.To(s, torch.Float32).Mean(s, 1))
	loss := t.detection(s, scores).MulScalar(s, how.Detection*share(t.Captions, how.BatchCaptions))
	if how.Guide == 0 || s.Err() != nil {
		return loss
	}
	told := d.told(t, scores.Detach(s).Float32s(s))
	beta := s.WithinNoGrad(func(s *torch.Scope) []*torch.Tensor {
		maps := d.maps(s, features, t, how.Precision)
		return []*torch.Tensor{maps.MulScalar(s, 1/how.GuideTemperature).Softmax(s, 1)}
	})[0]
	const least = 1e-8 // whose logarithm is finite
	looked := alpha.IndexSelect(s, 0, indices(s, features, t.scored[:t.count])).AddScalar(s, least).Log(s)
	each := beta.AddScalar(s, least).Log(s).Sub(s, looked).Mul(s, beta)
	weights := torch.FromSlice(s, told, int64(t.count), 1).ToDevice(s, features.Device())
	divergence := each.Mul(s, weights).Sum(s).MulScalar(s, how.Guide/float64(t.count))
	return loss.Add(s, divergence.MulScalar(s, share(t.Scored(), how.BatchWords)))
}

// told returns k of each scored word, from the pictures' scores.
func (d *WordDetector) told(t Targets, scores []float32) []float32 {
	told := make([]float32, t.count)
	for i, caption := range t.caption[:t.count] {
		word := t.words[i]
		if word < leastWords || len(scores) == 0 {
			continue
		}
		surplus := float64(scores[t.Picture[caption]*int64(len(d.usual))+word]) - d.usual[word]
		told[i] = float32(min(max(surplus, 0), 1))
	}
	return told
}

// maps returns the map of each scored word over its picture's places, less the
// mean map of all words, float32 of shape (words, L).
func (d *WordDetector) maps(s *torch.Scope, features *torch.Tensor, t Targets, p Precision) *torch.Tensor {
	pictures, places, size := features.Dim(0), features.Dim(1), features.Dim(2)
	own := make([]int64, t.count) // rows of (words × pictures)
	for word, caption := range t.caption[:t.count] {
		own[word] = int64(word)*pictures + t.Picture[caption]
	}
	rows := d.words.Weight.Sub(s, d.words.Weight.Mean(s, 0)).IndexSelect(s, 0, indices(s, features, t.words[:t.count]))
	all := p.cast(s, rows).MatMul(s, p.cast(s, features).Reshape(s, pictures*places, size).Transpose(s, 0, 1))
	return all.Reshape(s, int64(t.count)*pictures, places).IndexSelect(s, 0, indices(s, features, own)).To(s, torch.Float32)
}
