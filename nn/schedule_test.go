package nn

import (
	"encoding/json"
	"math"
	"testing"
)

func TestSchedules(t *testing.T) {
	for _, test := range []struct {
		name     string
		schedule Schedule
		step     int
		want     float64
	}{
		{"constant", Constant(), 9, 1},
		{"cosine begins", Cosine(10, .1), 0, 1},
		{"cosine half-way", Cosine(10, .1), 5, .55},
		{"cosine, a third", Cosine(9, 0), 3, .75}, // (1 + cos 60°) / 2
		{"cosine ends", Cosine(10, .1), 10, .1},
		{"cosine stays", Cosine(10, .1), 99, .1},
		{"cosine of no steps", Cosine(0, .1), 1, .1},
		{"warm-up begins", WarmUp(4, Constant()), 0, .25},
		{"warm-up ends", WarmUp(4, Constant()), 3, 1},
		{"behind the warm-up", WarmUp(4, Cosine(10, 0)), 9, .5},
		{"no warm-up", WarmUp(0, Cosine(10, 0)), 0, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.schedule(test.step); math.Abs(got-test.want) > 1e-12 {
				t.Errorf("factor %v at step %d, want %v", got, test.step, test.want)
			}
		})
	}
}

// TestPlateau follows scores, with the state stored and read before each.
// torch.optim.lr_scheduler.ReduceLROnPlateau(mode="max", factor=.5,
// patience=1, threshold=0) gave the same factors.
func TestPlateau(t *testing.T) {
	p := &Plateau{Factor: .5, Patience: 1}
	for i, test := range []struct{ score, want float64 }{
		{math.NaN(), 1}, {-1, 1}, {-1, 1}, {-2, .5}, {0, .5}, {math.NaN(), .5}, {0, .25}, {0, .25}, {0, .125}, {1, .125},
	} {
		if got := p.Observe(test.score); got != test.want {
			t.Errorf("score %d, %v: factor %v, want %v", i, test.score, got, test.want)
		}
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		p = new(Plateau)
		if err := json.Unmarshal(text, p); err != nil {
			t.Fatal(err)
		}
	}
}
