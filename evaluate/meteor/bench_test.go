package meteor

import (
	"testing"

	"github.com/seetell/seetell/internal/testshared"
)

// BenchmarkCaptions scores 1,000 pictures of five references each.
func BenchmarkCaptions(b *testing.B) {
	var refs goldenReferences
	var system goldenSystem
	testshared.GoldenJSON(b, &refs, "coco_py", "flickr8k_test_refs_karpathy.json.gz")
	testshared.GoldenJSON(b, &system, "coco_py", "flickr8k_karpathy_merge_1.json.gz")
	for _, bench := range []struct {
		name   string
		scorer *Scorer
	}{{"without table", New()}, {"full table", fullTable(b).Scorer()}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for i, image := range system.Images {
					bench.scorer.Segment(image.Hyp, refs[i].Tokens)
				}
			}
		})
	}
}

func BenchmarkNormalize(b *testing.B) {
	for _, bench := range []struct{ name, text string }{
		{"plain", "two brown dogs are playing in the snow"},
		{"punctuation", "A man's well-known dog doesn't run, e.g. in the U.S."},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				Normalize(bench.text)
			}
		})
	}
}
