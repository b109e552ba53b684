package grounding

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Report is how far attention lies on what words name.
type Report struct {
	Figures
	Pictures  int                   `json:"pictures"`
	Intervals map[string][2]float64 `json:"intervals,omitempty"` // of ratio and pointing: 95 %, by bootstrap over pictures
	Classes   map[string]Figures    `json:"classes,omitempty"`
	Around    *Report               `json:"around,omitempty"` // of words that name what is around the boxes: inside is outside of them
}

// Figures are means over units.
type Figures struct {
	Words    int     `json:"words"`
	Area     float64 `json:"area"`     // chance
	Ratio    float64 `json:"ratio"`    // attention inside, over chance
	Pointing float64 `json:"pointing"` // of the most attended place
	Blob     float64 `json:"blob"`     // ratio of a Gaussian in the middle
	Centre   float64 `json:"centre"`   // pointing of the picture's middle
}

// New reports on the units of each picture; pictures without any count for
// nothing. Resamples of 0 leave intervals out.
func New(pictures [][]Unit, resamples int, seed int64) *Report {
	var with [][]Unit
	classes := map[string][]Unit{}
	for _, units := range pictures {
		if len(units) > 0 {
			with = append(with, units)
		}
		for _, u := range units {
			classes[u.Class] = append(classes[u.Class], u)
		}
	}
	r := &Report{Figures: figures(slices.Concat(with...)), Pictures: len(with), Classes: map[string]Figures{}}
	for _, name := range slices.Sorted(maps.Keys(classes)) {
		r.Classes[name] = figures(classes[name])
	}
	if resamples > 0 && len(with) > 0 {
		r.Intervals = intervals(with, resamples, seed)
	}
	return r
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
