package evaluate

import "testing"

// BenchmarkScore scores 1,000 pictures with 5,000 references.
func BenchmarkScore(b *testing.B) {
	images, _ := goldenImages(b, "flickr8k_raw_merge_1")
	for _, bench := range []struct {
		name string
		o    Options
	}{
		{"quick", Options{Metrics: []Metric{BLEU, ROUGE, CIDEr}}},
		{"intervals", Options{Metrics: []Metric{BLEU, ROUGE, CIDEr}, Resamples: 1000}},
		{"meteor", Options{Metrics: []Metric{METEOR}}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Score(b.Context(), images, bench.o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
