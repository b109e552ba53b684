package evaluate

import (
	"context"
	"math"
	"math/rand/v2"
)

// ReferencePoints are scores that say what a system's scores are worth.
type ReferencePoints struct {
	// Constant is the floor: the best score that one and the same caption for
	// every picture reaches, by metric, out of a few dozen reference captions
	// that have most in common with the others.
	Constant Constant `json:"constant"`
	// Shuffled has the system's captions dealt to other pictures.
	Shuffled map[string]float64 `json:"shuffled"`
	// LeaveOneOut has the human ceiling, absent when no picture has two
	// references.
	LeaveOneOut *LeaveOneOut `json:"one_reference_fewer,omitempty"`
}

// Constant is the best constant caption of each score, and the score.
type Constant struct {
	Captions map[string]string  `json:"captions"`
	Scores   map[string]float64 `json:"scores"`
}

// LeaveOneOut compares people with the system: in each round one reference of
// every picture is taken out, and people's score is that of the taken one
// against the rest. The others are scored against the same rest; all are
// means over the rounds.
type LeaveOneOut struct {
	Images int                `json:"images"` // those with two references or more
	Rounds int                `json:"rounds"` // the fewest references that one of them has
	Human  map[string]float64 `json:"human"`
	// HumanPerImage has what each person's caption scores, round after round,
	// to five digits: what single captions of people are worth.
	HumanPerImage map[string][]float64 `json:"human_per_image"`
	System        map[string]float64   `json:"system"`
	Constant      map[string]float64   `json:"constant"`
	Shuffled      map[string]float64   `json:"shuffled"`
}

// addReferencePoints scores the reference points.
func (r *Report) addReferencePoints(ctx context.Context, t *table, o Options) error {
	if !o.Reference {
		return nil
	}
	constants, err := t.constants(ctx)
	if err != nil {
		return err
	}
	order := derangement(len(t.pictures), o.Seed)
	shuffled := t.withCaptions(func(i int) text { return t.pictures[order[i]].caption })
	scores, err := t.scoresOf(ctx, shuffled)
	if err != nil {
		return err
	}
	points := &ReferencePoints{Constant: constants.report(t.columns), Shuffled: named(t.columns, scores)}
	points.LeaveOneOut, err = t.leaveOneOut(ctx, constants, shuffled)
	r.ReferencePoints = points
	return err
}

// withCaptions returns the pictures with other captions.
func (t *table) withCaptions(caption func(i int) text) []picture {
	pictures := make([]picture, len(t.pictures))
	for i := range pictures {
		pictures[i] = picture{caption(i), t.pictures[i].references}
	}
	return pictures
}

// scoresOf returns the scores of other pictures with the same metrics.
func (t *table) scoresOf(ctx context.Context, pictures []picture) ([]float64, error) {
	other, err := measure(ctx, pictures, t.metrics)
	if err != nil {
		return nil, err
	}
	return other.total(other.sum(), len(pictures)), nil
}

// derangement returns a seeded permutation of one cycle: where there are two
// pictures or more, none keeps its place (Sattolo 1986).
func derangement(n int, seed int64) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	random := rand.New(rand.NewPCG(uint64(seed), 0x73687566666c65))
	for i := n - 1; i > 0; i-- {
		j := random.IntN(i)
		order[i], order[j] = order[j], order[i]
	}
	return order
}

// leaveOneOut scores people, the system and the floor against one reference
// fewer.
func (t *table) leaveOneOut(ctx context.Context, constants constants, shuffled []picture) (*LeaveOneOut, error) {
	rounds := t.fewestReferences()
	if rounds < 2 {
		return nil, nil
	}
	o := &LeaveOneOut{Rounds: rounds, HumanPerImage: map[string][]float64{}}
	human := t.withCaptions(func(int) text { return text{} })
	for _, part := range []struct {
		scores   *map[string]float64
		pictures []picture
	}{{&o.Human, human}, {&o.System, t.pictures}, {&o.Shuffled, shuffled}} {
		sum := make([]float64, len(t.columns))
		for round := range rounds {
			rest := without(part.pictures, round, part.scores == &o.Human)
			o.Images = len(rest)
			measured, err := measure(ctx, rest, t.metrics)
			if err != nil {
				return nil, err
			}
			for i, score := range measured.total(measured.sum(), len(rest)) {
				sum[i] += score / float64(rounds)
			}
			if part.scores == &o.Human {
				o.addPeople(measured)
			}
		}
		*part.scores = named(t.columns, sum)
	}
	var err error
	o.Constant, err = t.constantsLeaveOneOut(ctx, constants, rounds)
	return o, err
}

// addPeople keeps what the pictures of a round score.
func (o *LeaveOneOut) addPeople(round *table) {
	for i := range round.pictures {
		for k, score := range round.score(i) {
			name := round.columns[k]
			o.HumanPerImage[name] = append(o.HumanPerImage[name], math.Round(score*1e5)/1e5)
		}
	}
}

// fewestReferences returns the smallest number of references, of pictures
// that have two or more; 0 when none has.
func (t *table) fewestReferences() int {
	fewest := 0
	for i := range t.pictures {
		if n := len(t.pictures[i].references); n >= 2 && (fewest == 0 || n < fewest) {
			fewest = n
		}
	}
	return fewest
}

// without returns the pictures without their reference of that number, which
// becomes the caption when people are scored. Pictures with one reference
// are left out.
func without(pictures []picture, number int, human bool) []picture {
	var rest []picture
	for _, p := range pictures {
		if len(p.references) < 2 {
			continue
		}
		fewer := picture{caption: p.caption}
		for i, reference := range p.references {
			if i != number {
				fewer.references = append(fewer.references, reference)
			} else if human {
				fewer.caption = reference
			}
		}
		rest = append(rest, fewer)
	}
	return rest
}
