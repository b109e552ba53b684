package plots

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
)

// Figures lists all figures of systems and runs: of each metric histogram,
// density and both, and the metric by caption length; the scores; the learning
// curves. Either list may be empty, not both.
func Figures(systems []*System, runs []*History) ([]*Figure, error) {
	if len(systems) == 0 && len(runs) == 0 {
		return nil, errors.New("nothing to draw: there is neither a report nor a history")
	}
	var figures []*Figure
	for _, key := range metricsOf(systems) {
		for _, kind := range []Kind{Histogram, Density, HistogramAndDensity} {
			f, err := Distribution(systems, key, kind)
			if err != nil {
				return nil, err
			}
			figures = append(figures, f)
		}
		f, err := Length(systems, key)
		if err != nil {
			return nil, err
		}
		figures = append(figures, f)
	}
	if len(systems) > 0 {
		f, err := Scores(systems)
		if err != nil {
			return nil, err
		}
		figures = append(figures, f)
	}
	if f := Grounding(systems); f != nil {
		figures = append(figures, f)
	}
	return append(figures, Curves(runs)...), nil
}

// Save writes figures into dir in each of formats, and their numbers as CSV,
// as many at once as there are processors.
func Save(dir string, figures []*Figure, formats []string) error {
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	errs := make([]error, len(figures))
	var all sync.WaitGroup
	for i, f := range figures {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			if err := f.Save(dir, formats); err != nil {
				errs[i] = fmt.Errorf("write figure %s: %w", filepath.Join(dir, f.Name), err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
