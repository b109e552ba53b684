package evaluate_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seetell/seetell/evaluate"
)

// precision is the share of a caption's words that the first reference has.
func precision(caption []string, references [][]string) float64 {
	found := 0
	for _, word := range caption {
		if slices.Contains(references[0], word) {
			found++
		}
	}
	return float64(found) / float64(max(len(caption), 1))
}

// TestMetricFromOutside adds a metric that this module does not have.
func TestMetricFromOutside(t *testing.T) {
	metric := evaluate.Metric{Name: "Precision", Label: "precision of words", Maximum: 1, Score: precision}
	images := evaluate.Images{
		{ID: "1", Caption: "a dog runs", References: []string{"a dog sits"}},
		{ID: "2", Caption: "cat", References: []string{"The cat."}},
	}
	options := evaluate.Options{Metrics: []evaluate.Metric{evaluate.ROUGE, metric}, Resamples: 10, Reference: true}
	report, err := evaluate.Score(context.Background(), images, options)
	if err != nil {
		t.Fatal(err)
	}
	scale := map[string]evaluate.Scale{"Precision": {Label: "precision of words", Maximum: 1}}
	if got := report.Scores["Precision"]; math.Abs(got-(2.0/3+1)/2) > 1e-12 || !maps.Equal(report.Added, scale) {
		t.Errorf("precision %v, want the mean of 2/3 and 1; scales %v, want %v", got, report.Added, scale)
	}
	if _, found := report.Intervals["Precision"]; !found || report.PerImage[0].Scores["Precision"] != 2.0/3 {
		t.Errorf("intervals %v, first picture %v", report.Intervals, report.PerImage[0].Scores)
	}
	options.Metrics = append(options.Metrics, metric)
	if _, err := evaluate.Score(context.Background(), images, options); err == nil {
		t.Error("no error for two metrics of one name")
	}
}

// TestCostly seeks the floor of a costly metric among the captions that are best
// for another alone.
func TestCostly(t *testing.T) {
	var images evaluate.Images
	for i := range 40 {
		reference := fmt.Sprintf("a dog runs past house %d", i)
		images = append(images, evaluate.Image{ID: reference, Caption: "a dog", References: []string{reference}})
	}
	var calls [2]atomic.Int64
	for costly := range calls {
		metric := evaluate.Metric{Name: "Precision", Costly: costly == 1, Score: func(c []string, r [][]string) float64 {
			calls[costly].Add(1)
			return precision(c, r)
		}}
		options := evaluate.Options{Metrics: []evaluate.Metric{metric, evaluate.ROUGE}, Reference: true}
		report, err := evaluate.Score(context.Background(), images, options)
		if err != nil {
			t.Fatal(err)
		}
		if floor := report.ReferencePoints.Constant.Scores["Precision"]; floor < .8 {
			t.Errorf("the constant caption scores %v", floor)
		}
	}
	if calls[1].Load()*4 > calls[0].Load() {
		t.Errorf("%d calls of a costly metric, and %d of a cheap one", calls[1].Load(), calls[0].Load())
	}
}

// TestNamed keeps the order of reports, whatever the order asked for.
func TestNamed(t *testing.T) {
	metrics, err := evaluate.Named("cider", "bleu", "cider")
	if err != nil || len(metrics) != 2 || metrics[0].Name != "bleu" || metrics[1].Name != "cider" {
		t.Errorf("Named() = %v, %v, want bleu and cider", metrics, err)
	}
	if _, err := evaluate.Named("spice"); err == nil || !strings.Contains(err.Error(), `no metric "spice": there are bleu, meteor`) {
		t.Errorf("Named() = %v", err)
	}
}
