package meteor

import (
	"errors"
	"math"
	"testing"

	"github.com/seetell/seetell/internal/testshared"
)

// fullTable opens METEOR's own table, which the test set-up downloads.
func fullTable(t testing.TB) *Table {
	t.Helper()
	table, err := OpenTable(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	return table
}

func TestGoldenFullTable(t *testing.T) {
	var want map[string]struct {
		Corpus float64
		Images []float64 `json:"per_image"`
	}
	testshared.GoldenJSON(t, &want, "meteor", "flickr8k_full_table.json.gz")
	scorer := fullTable(t).Scorer()
	for name, want := range want {
		t.Run(name, func(t *testing.T) {
			var refs goldenReferences
			var system goldenSystem
			testshared.GoldenJSON(t, &refs, "coco_py", "flickr8k_test_refs_"+systems[name]+".json.gz")
			testshared.GoldenJSON(t, &system, "coco_py", name+".json.gz")
			var sum Stats
			largest := 0.0
			for i, image := range system.Images {
				stats := scorer.Segment(image.Hyp, refs[i].Tokens)
				sum.Add(&stats)
				largest = max(largest, math.Abs(stats.Score()-want.Images[i]))
			}
			largest = max(largest, math.Abs(sum.Score()-want.Corpus))
			if err := errors.Join(scorer.Err()); err != nil || largest > tolerance {
				t.Errorf("largest difference %g, want at most %g; %v", largest, tolerance, err)
			}
			t.Logf("%d segments, corpus %.12f: largest difference %.1e", len(want.Images), sum.Score(), largest)
		})
	}
}
