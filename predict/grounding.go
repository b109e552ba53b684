package predict

import (
	"context"
	"image"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/evaluate/grounding"
	"github.com/seetell/seetell/picture"
)

// Grounding returns, for each picture whose references were read, the units of
// its words. Boxes are known by the pictures' IDs; how a picture of that ID is
// seen decides where in the map they lie.
func (p Predictions) Grounding(names grounding.Names, boxes map[string][]grounding.Box, view func(Prediction) (width, height int, seen image.Rectangle)) [][]grounding.Unit {
	units := make([][]grounding.Unit, len(p.Pictures))
	for i, one := range p.Pictures {
		width, height, seen := view(one)
		for _, caption := range one.Given {
			units[i] = append(units[i], names.Units(placed(boxes[one.ID], width, height, seen), weighed(caption))...)
		}
	}
	return units
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
	if e.boxes == nil {
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
	report.Grounding = grounding.New(found.Grounding(grounding.COCO(), e.boxes, view), resamples, e.Set.Seed)
	if report.Grounding.Words == 0 {
		e.Log.Warn("no reference's word names what boxes show: do the boxes belong to these pictures?", "boxes", e.Boxes)
	}
}

// uniform is the evaluation with the same weight for all places.
func (e *evaluation) uniform() *evaluation {
	without := *e
	without.Options.Uniform, without.boxes = true, nil
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
