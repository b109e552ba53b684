package predict

import (
	"math"
	"testing"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/internal/testmodel"
)

// TestTogether: a model beside itself captions a split as it does alone, and
// otherwise where it sees the pictures mirrored too.
func TestTogether(t *testing.T) {
	model, _ := testmodel.Files(t)
	split := demoSplit(t, 3)
	predictions := func(flip bool, models ...string) []Prediction {
		t.Helper()
		o := captioner.Options{Device: "cpu", Precision: captioner.PrecisionFloat32, Flip: flip}
		p, _, err := Open(models, o, captioner.Beam{Width: 2, Best: 1, MaxWords: 4})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		found, err := p.Predict(t.Context(), split, nil)
		if err != nil {
			t.Fatal(err)
		}
		return found.Pictures
	}
	alone, twice, flipped := predictions(false, model), predictions(false, model, model), predictions(true, model)
	apart := 0
	for i, one := range alone {
		a, b := one.Captions[0], twice[i].Captions[0]
		if a.Text != b.Text || math.Abs(a.LogProbability-b.LogProbability) > 1e-4 {
			t.Errorf("%s: together %q, %v; alone %q, %v", one.ID, b.Text, b.LogProbability, a.Text, a.LogProbability)
		}
		if flipped[i].Captions[0].LogProbability != a.LogProbability {
			apart++
		}
	}
	if apart == 0 {
		t.Error("mirrored pictures change nothing")
	}
	if _, _, err := Open(nil, captioner.Options{}, captioner.DefaultBeam()); err == nil {
		t.Error("no checkpoint opens")
	}
}
