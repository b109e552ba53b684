package captioner

import (
	"math"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// detector returns one for a network's words, each of which the given share of
// captions holds.
func detector(t *testing.T, n *Network, share float64) *WordDetector {
	t.Helper()
	shares := make([]float64, n.VocabularySize)
	for i := range shares {
		shares[i] = share
	}
	d, err := NewWordDetector(n.Config.Features, shares, torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// TestWordDetectorFinds teaches a detector alone: pictures of four places, of which
// one has the feature of the word that the caption says. It then knows the words of
// pictures, and the place of each, though nobody told it places.
func TestWordDetectorFinds(t *testing.T) {
	v, err := checkpoint.NewVocabulary(checkpoint.WordTokenizer, []string{"<pad>", "<start>", "<end>", "<unk>", "a", "dog", "cat", "ball"})
	if err != nil {
		t.Fatal(err)
	}
	things := []string{"dog", "cat", "ball"}
	var captions [][]string
	const pictures, places, size = 12, 4, 3
	features := make([]float32, pictures*places*size)
	for i := range pictures {
		captions = append(captions, []string{"a " + things[i%3], things[i%3]})
		features[(i*places+i%places)*size+i%3] = 1
	}
	targets := NewTargets(v, captions, 28)
	d, err := NewWordDetector(size, []float64{0, 0, 1, 0, .67, .33, .33, .33}, torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	group := nn.Group{LearningRate: .1}
	for _, entry := range d.Named("") {
		group.Parameters = append(group.Parameters, nn.Parameter{Name: entry.Name, Tensor: entry.Tensor})
	}
	adam := nn.NewAdam([]nn.Group{group}, nn.DefaultAdamConfig())
	defer adam.Close()
	var first, last float64
	for step := range 200 {
		err := torch.Run(func(s *torch.Scope) error {
			adam.ZeroGrad()
			x := torch.FromSlice(s, features, pictures, places, size)
			loss := targets.detection(s, d.words.Forward(s, x.Mean(s, 1)))
			loss.Backward(s)
			adam.Step(s)
			if last = loss.Item(s); step == 0 {
				first = last
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if math.IsNaN(last) || last > first/2 {
		t.Errorf("loss %v after %v", last, first)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		x := torch.FromSlice(s, features, pictures, places, size)
		told := d.told(targets, d.words.Forward(s, x.Mean(s, 1)).Float32s(s))
		maps := d.maps(s, x, targets, PrecisionFloat32)
		_, peaks := maps.Max(s, 1)
		for i, place := range peaks.Int64s(s) {
			word, picture := v.Word(int(targets.words[i])), targets.Picture[targets.caption[i]]
			switch thing := word == things[picture%3]; {
			case thing && (told[i] != 1 || place != picture%places):
				t.Errorf("picture %d: %s is told by %v, at place %d", picture, word, told[i], place)
			case !thing && told[i] > .5:
				t.Errorf("picture %d: %s, which all hold, is told by %v", picture, word, told[i])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWordDetectorRefuses names sizes and shares that none can have.
func TestWordDetectorRefuses(t *testing.T) {
	for _, test := range []struct {
		features int
		shares   []float64
		want     string
	}{
		{0, make([]float64, 8), "detector of 8 words from 0 features"}, {8, make([]float64, 3), "detector of 3 words"},
		{8, []float64{0, 0, 1, 0, 1.5}, "1.5"}, {8, []float64{0, 0, 1, 0, math.NaN()}, "NaN"},
	} {
		if _, err := NewWordDetector(test.features, test.shares, torch.CPU); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: %v", test, err)
		}
	}
}
