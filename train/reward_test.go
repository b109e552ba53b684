package train

import (
	"math"
	"testing"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/evaluate/cider"
)

// TestRewardApart: what a caption would earn for the next pictures is the mean of
// their own rewards of it: much for what fits any, nothing for what tells its own.
func TestRewardApart(t *testing.T) {
	v, err := checkpoint.NewVocabulary(checkpoint.WordTokenizer, []string{"<pad>", "<start>", "<end>", "<unk>", "a", "man", "dog", "red", "ball", "runs"})
	if err != nil {
		t.Fatal(err)
	}
	r := &ciderReward{cider.NewCorpus[int64](), v, 28}
	references := [][]string{{"a red ball"}, {"a dog runs"}, {"a man runs"}}
	for _, captions := range references {
		r.corpus.Add(r.encode(captions))
	}
	drawn := [][]int64{v.Encode("red ball", 28), v.Encode("dog runs", 28), v.Encode("dog runs", 28), v.Encode("man runs", 28), v.Encode("man runs", 28), v.Encode("red", 28)}
	rewards, elsewhere := r.of(drawn, references, 2, true)
	alone, none := r.of(drawn, references, 2, false)
	if none != nil {
		t.Errorf("elsewhere %v, which nobody asked for", none)
	}
	for i, caption := range drawn {
		own := i / 2
		var want float64
		for k := 1; k < len(references); k++ {
			want += r.corpus.Score(caption, r.encode(references[(own+k)%len(references)])) / float64(len(references)-1)
		}
		if math.Abs(elsewhere[i]-want) > 1e-12 || rewards[i] != alone[i] {
			t.Errorf("caption %d: %v elsewhere, want %v; reward %v, want %v", i, elsewhere[i], want, rewards[i], alone[i])
		}
	}
	if !(rewards[0] > 0 && elsewhere[0] < rewards[0]/100 && elsewhere[2] > elsewhere[0]) {
		t.Errorf("rewards %v, elsewhere %v: only the ball is its picture's own", rewards, elsewhere)
	}
	if _, elsewhere := r.of(drawn[:2], references[:1], 2, true); elsewhere != nil {
		t.Errorf("elsewhere %v of a single picture", elsewhere)
	}
}

// TestSelfCriticalGuide: the weight of the references' words takes nothing from
// what holds attention to its places.
func TestSelfCriticalGuide(t *testing.T) {
	words := CrossEntropy{Options: captioner.LossOptions{Guide: 2, Detection: .1, Attention: 1}}
	o := newSelfCritical(Config{SelfCriticalWords: .25}, words, nil)
	if how := o.Reference.Options; o.Weight*how.Guide != 2 || o.Weight*how.Detection != .1 || o.Weight*how.Attention != 1 {
		t.Errorf("at a weight of %v: %+v", o.Weight, how)
	}
	if o = newSelfCritical(Config{}, words, nil); o.Reference.Options != words.Options {
		t.Errorf("without the references: %+v", o.Reference.Options)
	}
}

// TestWordShares counts a word once a caption.
func TestWordShares(t *testing.T) {
	v, err := checkpoint.NewVocabulary(checkpoint.WordTokenizer, []string{"<pad>", "<start>", "<end>", "<unk>", "dog", "cat"})
	if err != nil {
		t.Fatal(err)
	}
	got := wordShares(v, []string{"dog dog", "cat", "dog cat", "bird"}, 28)
	for word, want := range map[int64]float64{checkpoint.End: 1, checkpoint.Unknown: .25, 4: .5, 5: .5} {
		if math.Abs(got[word]-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", v.Word(int(word)), got[word], want)
		}
	}
}
