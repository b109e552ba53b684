// Package evaluate scores captions against references with the numbers of
// pycocoevalcap: BLEU-1 to 4, METEOR 1.5, ROUGE-L and CIDEr-D behind the PTB
// tokenizer, without Java and without Python.
//
// Score does all of it and returns a Report; the packages below it compute
// one metric each. All of them may be used from many goroutines at once.
package evaluate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seetell/seetell/evaluate/meteor"
)

// Image is a picture with the caption to be scored and what people wrote.
type Image struct {
	ID         string
	Caption    string
	References []string // at least one
}

// Images are pictures in the order of the references' file.
type Images = []Image

// Options say how to score. The zero value asks for BLEU, METEOR, ROUGE-L and
// CIDEr-D behind the PTB tokenizer, without intervals.
type Options struct {
	// Metrics to score with, this package's and others; none means
	// DefaultMetrics.
	Metrics []Metric
	// Tokenizer is a name out of TokenizerNames; none means the first.
	Tokenizer string
	// Meteor has METEOR's paraphrase table (meteor.Load); without one the
	// score is METEOR_no_paraphrase.
	Meteor *meteor.Scorer
	// Resamples is how many bootstrap resamples the intervals rest on, 0 for
	// no intervals. 1,000 is usual.
	Resamples int
	// Seed of the resamples and of shuffled captions.
	Seed int64
	// Baseline are the captions, by id, of another system to compare with.
	// Every picture must have one.
	Baseline map[string]string
	// BaselineName is what the report calls it.
	BaselineName string
	// Reference asks for Report.ReferencePoints.
	Reference bool
	// TrainingCaptions, unless nil, are those among which copies are looked
	// for.
	TrainingCaptions []string
}

// Score scores the captions of images. It stops early, with ctx's error, when
// ctx is done. Errors name the picture.
func Score(ctx context.Context, images Images, o Options) (*Report, error) {
	if err := check(images); err != nil {
		return nil, err
	}
	if o.Tokenizer == "" {
		o.Tokenizer = TokenizerNames[0]
	}
	metrics, err := choose(o)
	if err != nil {
		return nil, err
	}
	images, at := byID(images)
	pictures, vocabulary, err := tokenize(images, o.Tokenizer)
	if err != nil {
		return nil, err
	}
	table, err := measure(ctx, pictures, metrics)
	if err != nil {
		return nil, err
	}
	table.vocabulary = vocabulary
	r := newReport(images, o, table)
	if err := errors.Join(
		r.addIntervals(ctx, table, o),
		r.addBaseline(ctx, images, table, o),
		r.addReferencePoints(ctx, table, o),
		r.addCopied(table, o),
		tableError(o),
	); err != nil {
		return nil, err
	}
	given := make([]ImageScore, len(at))
	for i, score := range r.PerImage {
		given[at[i]] = score
	}
	r.PerImage = given
	return r, nil
}

// byID returns the pictures in the order of their ids, and where each stood:
// what is drawn, and the last bits of sums, do not depend on the order of files.
func byID(images Images) (sorted Images, at []int) {
	at = make([]int, len(images))
	for i := range at {
		at[i] = i
	}
	slices.SortFunc(at, func(a, b int) int { return strings.Compare(images[a].ID, images[b].ID) })
	return each(at, func(i int) Image { return images[i] }), at
}

// tableError tells whether METEOR's table could be read throughout.
func tableError(o Options) error {
	if o.Meteor == nil {
		return nil
	}
	return o.Meteor.Err()
}

// check returns an error unless every picture can be scored.
func check(images Images) error {
	if len(images) == 0 {
		return errors.New("there are no pictures to score")
	}
	seen := make(map[string]bool, len(images))
	for _, image := range images {
		if seen[image.ID] {
			return fmt.Errorf("picture %q stands twice in the set", image.ID)
		}
		seen[image.ID] = true
		if len(image.References) == 0 {
			return fmt.Errorf("picture %q has no reference", image.ID)
		}
	}
	return nil
}
