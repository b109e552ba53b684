package grounding

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Report is how far attention lies on what words name.
type Report struct {
	Figures
	Pictures int                `json:"pictures"`
	Classes  map[string]Figures `json:"classes,omitempty"`
	Around   *Report            `json:"around,omitempty"` // of words that name what is around the boxes: inside is outside of them
}

// Figures are means over units.
type Figures struct {
	Words    int     `json:"words"`
	Area     float64 `json:"area"`     // chance
	Ratio    float64 `json:"ratio"`    // attention inside, over chance
	Pointing float64 `json:"pointing"` // of the most attended place
	Blob     float64 `json:"blob"`     // ratio of a Gaussian in the middle
	Centre   float64 `json:"centre"`   // pointing of the picture's middle
	// Intervals are 95 % intervals of ratio and pointing, by bootstrap over the
	// pictures that have such words.
	Intervals map[string][2]float64 `json:"intervals,omitempty"`
}

// Interval writes the interval of a figure, or nothing where there is none.
func (f Figures) Interval(name string) string {
	bounds, ok := f.Intervals[name]
	if !ok {
		return ""
	}
	return fmt.Sprintf("%.2f–%.2f", bounds[0], bounds[1])
}

// New reports on the units of each picture; pictures without any count for
// nothing. Resamples of 0 leave intervals out.
func New(pictures [][]Unit, resamples int, seed int64) *Report {
	classes := map[string][][]Unit{}
	for _, units := range pictures {
		for class, some := range byClass(units) {
			classes[class] = append(classes[class], some)
		}
	}
	with := slices.DeleteFunc(slices.Clone(pictures), func(units []Unit) bool { return len(units) == 0 })
	r := &Report{Figures: measured(with, resamples, seed), Pictures: len(with), Classes: map[string]Figures{}}
	for class, some := range classes {
		r.Classes[class] = measured(some, resamples, seed)
	}
	return r
}

func byClass(units []Unit) map[string][]Unit {
	classes := map[string][]Unit{}
	for _, u := range units {
		classes[u.Class] = append(classes[u.Class], u)
	}
	return classes
}

// measured returns the figures of pictures that have units, with intervals
// where resamples are asked for.
func measured(pictures [][]Unit, resamples int, seed int64) Figures {
	f := figures(slices.Concat(pictures...))
	if resamples > 0 && len(pictures) > 0 {
		f.Intervals = intervals(pictures, resamples, seed)
	}
	return f
}

func figures(units []Unit) (f Figures) {
	var inside, blob float64
	for _, u := range units {
		f.Area, f.Pointing = f.Area+u.Area, f.Pointing+u.Pointing
		f.Centre += u.Centre
		inside, blob = inside+u.Inside, blob+u.Blob
	}
	if f.Words = len(units); f.Words == 0 {
		return f
	}
	f.Ratio, f.Blob = inside/f.Area, blob/f.Area
	n := float64(f.Words)
	f.Area, f.Pointing, f.Centre = f.Area/n, f.Pointing/n, f.Centre/n
	return f
}

// intervals draws as many pictures as there are, again and again.
func intervals(pictures [][]Unit, resamples int, seed int64) map[string][2]float64 {
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	var ratios, pointings []float64
	for range resamples {
		var units []Unit
		for range pictures {
			units = append(units, pictures[random.IntN(len(pictures))]...)
		}
		f := figures(units)
		ratios, pointings = append(ratios, f.Ratio), append(pointings, f.Pointing)
	}
	return map[string][2]float64{"ratio": bounds(ratios), "pointing": bounds(pointings)}
}

// bounds returns between which values the middle 95 % lie.
func bounds(values []float64) [2]float64 {
	slices.Sort(values)
	at := func(share float64) float64 {
		position := share * float64(len(values)-1)
		i := min(int(position), len(values)-2)
		if i < 0 {
			return values[0]
		}
		return values[i] + (position-float64(i))*(values[i+1]-values[i])
	}
	return [2]float64{at(.025), at(.975)}
}
