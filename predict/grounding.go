package predict

import (
	"context"
	"image"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/evaluate/grounding"
	"github.com/seetell/seetell/picture"
)

// Regions say what is where in pictures, by their IDs, and which words name it.
type Regions struct {
	Boxes  map[string][]grounding.Box
	Names  grounding.Names
	Around []string // words that name what is around the boxes
}

// Grounding returns, for each picture whose references were read, the units of
// its words that name what boxes show, and of those that name what is around it.
// How a picture is seen decides where in the map its boxes lie.
func (p Predictions) Grounding(r Regions, view func(Prediction) (width, height int, seen image.Rectangle)) (things, around [][]grounding.Unit) {
	things, around = make([][]grounding.Unit, len(p.Pictures)), make([][]grounding.Unit, len(p.Pictures))
	for i, one := range p.Pictures {
		width, height, seen := view(one)
		boxes := placed(r.Boxes[one.ID], width, height, seen)
		for _, caption := range one.Given {
			words := weighed(caption)
			things[i] = append(things[i], r.Names.Units(boxes, words)...)
			around[i] = append(around[i], grounding.Around(boxes, words, r.Around)...)
		}
	}
	return things, around
}

func weighed(c captioner.Caption) []grounding.Word {
	words := make([]grounding.Word, len(c.Words))
	for i, w := range c.Words {
		weights := make([]float64, len(w.Attention))
		for k, weight := range w.Attention {
			weights[k] = float64(weight)
		}
		words[i] = grounding.Word{Text: w.Text, Weights: weights}
	}
	return words
}

// placed returns boxes of a picture of width × height as they lie in the part of
// it that a model sees.
func placed(boxes []grounding.Box, width, height int, seen image.Rectangle) []grounding.Box {
	w, h := float64(width), float64(height)
	left, top := float64(seen.Min.X)/w, float64(seen.Min.Y)/h
	across, down := float64(seen.Dx())/w, float64(seen.Dy())/h
	moved := make([]grounding.Box, len(boxes))
	for i, b := range boxes {
		moved[i] = grounding.Box{Category: b.Category, X: (b.X - left) / across, Y: (b.Y - top) / down, Width: b.Width / across, Height: b.Height / down}
	}
	return moved
}

// ground adds to the report how far attention lies on what words name.
func (e *evaluation) ground(found Predictions, meta captioner.Metadata, report *evaluate.Report) {
	if e.regions == nil {
		return
	}
	view := func(one Prediction) (width, height int, seen image.Rectangle) {
		data, err := e.split.Bytes(one.Row)
		if err != nil {
			return 1, 1, image.Rect(0, 0, 1, 1)
		}
		c, err := picture.DecodeConfig(data)
		if err != nil {
			return 1, 1, image.Rect(0, 0, 1, 1)
		}
		return c.Width, c.Height, meta.Preprocessing.View(c.Width, c.Height)
	}
	things, around := found.Grounding(*e.regions, view)
	report.Grounding = grounding.New(things, resamples, e.Set.Seed)
	if e.regions.Around != nil {
		report.Grounding.Around = grounding.New(around, resamples, e.Set.Seed)
	}
	if report.Grounding.Words == 0 {
		e.Log.Warn("no reference's word names what boxes show: do the boxes belong to these pictures?", "boxes", e.Boxes)
	}
}

// uniform is the evaluation with the same weight for all places.
func (e *evaluation) uniform() *evaluation {
	without := *e
	without.Options.Uniform, without.regions = true, nil
	return &without
}

// worth adds to the report what the captions score without attention.
func (e *evaluation) worth(ctx context.Context, report *evaluate.Report) error {
	if !e.Worth {
		return nil
	}
	found, _, err := e.uniform().predict(ctx)
	if err != nil {
		return err
	}
	scores, err := evaluate.Score(ctx, found.Images(), evaluate.Options{Meteor: e.Meteor})
	if err != nil {
		return err
	}
	report.Uniform = scores.Scores
	return nil
}
