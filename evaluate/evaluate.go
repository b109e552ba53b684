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
)

// Image is a picture with the caption to be scored and what people wrote.
type Image struct {
	ID         string
	Caption    string
	References []string // at least one
}

// Images are pictures in the order of the references' file.
type Images = []Image

// Options say how to score. The zero value asks for BLEU, ROUGE-L, CIDEr-D and
// METEOR behind the PTB tokenizer, without intervals.
type Options struct {
	// Metrics are names out of MetricNames; none means DefaultMetrics.
	Metrics []string
	// Tokenizer is a name out of TokenizerNames; none means the first.
	Tokenizer string
}

// Score scores the captions of images. It stops early, with ctx's error, when
// ctx is done. Errors name the picture.
func Score(ctx context.Context, images Images, o Options) (*Report, error) {
	if err := check(images); err != nil {
		return nil, err
	}
	scorers, err := choose(o)
	if err != nil {
		return nil, err
	}
	texts, err := tokenize(images, o.Tokenizer)
	if err != nil {
		return nil, err
	}
	table, err := measure(ctx, texts, scorers)
	if err != nil {
		return nil, err
	}
	return newReport(images, o, table), nil
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
