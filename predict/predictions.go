package predict

import (
	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/evaluate"
)

// Predictions are what a model says of a split's pictures, and what that came
// to.
type Predictions struct {
	Pictures     []Prediction
	Loss         float64 // mean over the references' words
	DeadChannels float64 // share of the backbone's channels that are zero throughout
	Skipped      []loader.Skip
	AtOnce       int // pictures captioned at once at the end, fewer than a batch where memory ran out
}

// Prediction is a picture of a split with its captions, the best first.
type Prediction struct {
	ID         string
	Row        int
	Captions   []captioner.Caption
	References []string
	Given      []captioner.Caption // the references as the model reads them, where asked for
}

// Images returns the pictures with their best captions as the metrics take
// them.
func (p Predictions) Images() []evaluate.Image {
	images := make([]evaluate.Image, len(p.Pictures))
	for i, one := range p.Pictures {
		images[i] = evaluate.Image{ID: one.ID, Caption: one.Captions[0].Text, References: one.References}
	}
	return images
}

// Distinct returns the number of different captions.
func (p Predictions) Distinct() int {
	seen := map[string]bool{}
	for _, one := range p.Pictures {
		seen[one.Captions[0].Text] = true
	}
	return len(seen)
}

// totals adds up what a split's batches came to.
type totals struct {
	loss   float64 // summed over words
	words  int
	active []bool // for each channel of the backbone, whether it was ever above zero
}

func (t *totals) finish() (loss, dead float64) {
	for _, active := range t.active {
		if !active {
			dead++
		}
	}
	return t.loss / float64(max(t.words, 1)), dead / float64(max(len(t.active), 1))
}

// add adds what other pictures came to.
func (t *totals) add(other totals) {
	t.loss += other.loss
	t.words += other.words
	if t.active == nil {
		t.active = make([]bool, len(other.active))
	}
	for i, active := range other.active {
		t.active[i] = t.active[i] || active
	}
}

// see takes the largest value of each channel.
func (t *totals) see(strongest []float32) {
	t.active = make([]bool, len(strongest))
	for i, value := range strongest {
		t.active[i] = value > 0
	}
}
