package meteor

import "testing"

// BenchmarkCaptions scores 1,000 pictures of five references each.
func BenchmarkCaptions(b *testing.B) {
	var refs goldenReferences
	var system goldenSystem
	goldenJSON(b, &refs, "coco_py", "flickr8k_test_refs_karpathy.json.gz")
	goldenJSON(b, &system, "coco_py", "flickr8k_karpathy_merge_1.json.gz")
	scorer := New()
	b.ReportAllocs()
	for b.Loop() {
		for i, image := range system.Images {
			scorer.Segment(image.Hyp, refs[i].Tokens)
		}
	}
}
