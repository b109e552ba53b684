package evaluate

import (
	"context"
	"fmt"
)

// Comparison is a system beside a baseline on the same pictures.
type Comparison struct {
	Name        string                `json:"name,omitempty"` // of the baseline
	Scores      map[string]float64    `json:"scores"`         // the baseline's
	Differences map[string]Difference `json:"differences"`
}

// Difference is a system's score less the baseline's. Interval and P come
// from a paired bootstrap and are absent without resamples: P is two-sided,
// twice the share of resamples in which the difference does not have the sign
// it has more often (Koehn 2004; the sample itself counts as one resample).
type Difference struct {
	Value    float64     `json:"value"`
	Interval *[2]float64 `json:"interval,omitempty"`
	P        *float64    `json:"p,omitempty"`
}

// addBaseline scores the baseline's captions and compares.
func (r *Report) addBaseline(ctx context.Context, images Images, system *table, o Options) error {
	if o.Baseline == nil {
		return nil
	}
	baseline, err := measureBaseline(ctx, images, system, o)
	if err != nil {
		return err
	}
	scores := named(baseline.columns, baseline.total(baseline.sum(), len(images)))
	r.Baseline = &Comparison{Name: o.BaselineName, Scores: scores, Differences: map[string]Difference{}}
	for name, score := range r.Scores {
		r.Baseline.Differences[name] = Difference{Value: score - scores[name]}
	}
	if o.Resamples <= 0 {
		return nil
	}
	return r.Baseline.resample(ctx, system, baseline, o)
}

// measureBaseline measures the baseline's captions with the references that
// are tokenized already.
func measureBaseline(ctx context.Context, images Images, system *table, o Options) (*table, error) {
	captions := make([]string, len(images))
	for i, image := range images {
		caption, found := o.Baseline[image.ID]
		if !found {
			return nil, fmt.Errorf("the baseline has no caption for picture %q", image.ID)
		}
		captions[i] = caption
	}
	captionLines, err := lines(o.Tokenizer, captions)
	if err != nil {
		return nil, err
	}
	pictures := system.withCaptions(func(i int) text { return system.vocabulary.text(captions[i], captionLines[i]) })
	return measure(ctx, pictures, system.metrics)
}

// resample adds intervals and p-values.
func (c *Comparison) resample(ctx context.Context, system, baseline *table, o Options) error {
	ours, err := system.resample(ctx, o.Resamples, o.Seed)
	if err != nil {
		return err
	}
	theirs, err := baseline.resample(ctx, o.Resamples, o.Seed)
	if err != nil {
		return err
	}
	for i, name := range system.columns {
		differences := make([]float64, o.Resamples)
		for j := range differences {
			differences[j] = ours[j][i] - theirs[j][i]
		}
		d := c.Differences[name]
		enclosing, p := interval(differences), twoSided(differences)
		d.Interval, d.P = &enclosing, &p
		c.Differences[name] = d
	}
	return nil
}

// twoSided returns the p-value of the differences of resamples.
func twoSided(differences []float64) float64 {
	var atMost, atLeast int
	for _, d := range differences {
		if d <= 0 {
			atMost++
		}
		if d >= 0 {
			atLeast++
		}
	}
	return min(1, 2*float64(1+min(atMost, atLeast))/float64(1+len(differences)))
}
