package predict

import (
	"testing"

	"github.com/seetell/seetell/dataset"
)

// A limit on the pictures that are captioned leaves the training captions, of
// which some are copied, alone.
func TestLimitLeavesTheTrainingCaptions(t *testing.T) {
	var counts []int
	for _, limit := range []int{0, 2} {
		e := evaluation{Evaluation: Evaluation{Data: "demo", Split: "test", Set: dataset.Options{Seed: 1, Limit: limit}}}
		if err := e.open(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer e.set.Close()
		captions, err := e.learned(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		counts = append(counts, len(captions))
	}
	if counts[0] == 0 || counts[0] != counts[1] {
		t.Errorf("%d captions without a limit, %d with one", counts[0], counts[1])
	}
}
