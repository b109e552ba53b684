package evaluate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// System is a captioner by its captions of pictures.
type System struct {
	Name   string
	Images Images
}

// Compare scores systems on the same pictures: a report each, in their order.
// The first is the baseline of the others, whose differences from it have the
// intervals and p of a paired bootstrap, every corpus score computed anew in each
// resample (see Difference). Options.Baseline is overwritten. Systems with other
// pictures or other references than the first are an error; subset compares what
// all of them have captioned.
func Compare(ctx context.Context, systems []System, subset bool, o Options) ([]*Report, error) {
	if len(systems) < 2 {
		return nil, errors.New("to compare takes two systems at least")
	}
	systems, err := aligned(systems, subset)
	if err != nil {
		return nil, err
	}
	o.Baseline, o.BaselineName = nil, ""
	var reports []*Report
	for i, system := range systems {
		if i == 1 {
			o.BaselineName, o.Baseline = systems[0].Name, captionsOf(systems[0].Images)
		}
		report, err := Score(ctx, system.Images, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", system.Name, err)
		}
		reports = append(reports, report)
	}
	return reports, nil
}

func captionsOf(images Images) map[string]string {
	captions := make(map[string]string, len(images))
	for _, image := range images {
		captions[image.ID] = image.Caption
	}
	return captions
}

// aligned returns the systems with their pictures in the order of their ids, all
// of them the same.
func aligned(systems []System, subset bool) ([]System, error) {
	systems = slices.Clone(systems)
	times := map[string]int{}
	for i := range systems {
		if err := check(systems[i].Images); err != nil {
			return nil, fmt.Errorf("%s: %w", systems[i].Name, err)
		}
		systems[i].Images = slices.Clone(systems[i].Images)
		slices.SortFunc(systems[i].Images, func(a, b Image) int { return strings.Compare(a.ID, b.ID) })
		for _, image := range systems[i].Images {
			times[image.ID]++
		}
	}
	for i := range systems {
		s := &systems[i]
		all := len(s.Images)
		s.Images = slices.DeleteFunc(s.Images, func(image Image) bool { return times[image.ID] < len(systems) })
		if len(s.Images) < all && !subset {
			return nil, fmt.Errorf("%s has captions of %d pictures that others have none of: %w", s.Name, all-len(s.Images), ErrOtherPictures)
		}
		if len(s.Images) == 0 {
			return nil, errors.New("no picture is captioned by all of the systems")
		}
		if err := sameReferences(systems[0], *s); err != nil {
			return nil, err
		}
	}
	return systems, nil
}

// ErrOtherPictures is the error of systems that captioned different pictures.
var ErrOtherPictures = errors.New("not the same pictures")

// sameReferences returns an error where two systems with the same pictures were
// evaluated against different references of them.
func sameReferences(a, b System) error {
	for i, image := range a.Images {
		if !slices.Equal(slices.Sorted(slices.Values(image.References)), slices.Sorted(slices.Values(b.Images[i].References))) {
			return fmt.Errorf("%s and %s have different references of picture %q: scores against them do not compare", a.Name, b.Name, image.ID)
		}
	}
	return nil
}
