package evaluate_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/seetell/seetell/evaluate"
)

// TestMetricFromOutside adds a metric that this module does not have: the
// share of a caption's words that the first reference has.
func TestMetricFromOutside(t *testing.T) {
	precision := evaluate.Metric{Name: "Precision", Maximum: 1, Score: func(caption []string, references [][]string) float64 {
		found := 0
		for _, word := range caption {
			if slices.Contains(references[0], word) {
				found++
			}
		}
		return float64(found) / float64(max(len(caption), 1))
	}}
	images := evaluate.Images{
		{ID: "1", Caption: "a dog runs", References: []string{"a dog sits"}},
		{ID: "2", Caption: "cat", References: []string{"The cat."}},
	}
	options := evaluate.Options{Metrics: []string{"rouge"}, Added: []evaluate.Metric{precision}, Resamples: 10, Reference: true}
	report, err := evaluate.Score(context.Background(), images, options)
	if err != nil {
		t.Fatal(err)
	}
	if got := report.Scores["Precision"]; math.Abs(got-(2.0/3+1)/2) > 1e-12 || report.Added["Precision"] != (evaluate.Scale{Label: "Precision", Maximum: 1}) {
		t.Errorf("precision %v, want the mean of 2/3 and 1; scale %v", got, report.Added)
	}
	if _, found := report.Intervals["Precision"]; !found || report.PerImage[0].Scores["Precision"] != 2.0/3 {
		t.Errorf("intervals %v, first picture %v", report.Intervals, report.PerImage[0].Scores)
	}
	options.Added = append(options.Added, precision)
	if _, err := evaluate.Score(context.Background(), images, options); err == nil {
		t.Error("no error for two metrics of one name")
	}
}
