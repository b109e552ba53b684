package predict

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/evaluate/meteor"
	"github.com/seetell/seetell/internal/newfolder"
	"github.com/seetell/seetell/torch/distributed"
)

// Evaluation is a checkpoint to evaluate, the pictures to do it on and the
// folder of what comes of it.
type Evaluation struct {
	Models  []string // checkpoints, which caption together
	Options captioner.Options
	Beam    captioner.Beam

	Data    string // data set, a SOURCE of the command line
	Set     dataset.Options
	Split   string
	Boxes   string // COCO instances file that says what is where in the pictures; "" for none, or the built-in set's own
	Worth   bool   // whether to score once more without attention
	Batch   int    // pictures captioned at once; 0 for Batch
	Workers int    // goroutines that decode pictures; 0 for one more than cores

	Baseline *Baseline // captions to compare with; nil for none

	Meteor *meteor.Scorer // nil for METEOR without paraphrases
	Out    string         // folder of captions, references, report, plots and gallery

	Overwrite bool // whether Out may hold an earlier evaluation

	World *distributed.World // of processes that share the pictures; nil for one

	Progress func(done, total int) // hears how many pictures are captioned; nil for nobody
	Log      *slog.Logger          // hears what is left out or looks wrong; nil for nobody
}

// Baseline is another system's captions of the pictures, by their ids.
type Baseline struct {
	Name     string
	Captions map[string]string
}

// evaluation is an Evaluation with its data open.
type evaluation struct {
	Evaluation
	set     *dataset.Set
	split   *dataset.Split
	regions *Regions // what is where, nil where nobody knows
}

// ErrNotEmpty is the error of a folder for results that holds something.
var ErrNotEmpty = errors.New("the folder is not empty")

// Evaluate captions the split, scores the captions and leaves in the folder Out
// captions.json (COCO's results form), references.json, report.json, plots and
// a gallery. It returns the report. One that fails leaves no empty folder
// behind. Processes that share the pictures all call it; rank 0 alone scores,
// writes and has a report, which the others have not.
func Evaluate(ctx context.Context, o Evaluation) (report *evaluate.Report, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.World.Rank() != 0 {
		return nil, help(ctx, o)
	}
	if empty, err := newfolder.Empty(o.Out); err != nil {
		return nil, err
	} else if !empty && !o.Overwrite {
		return nil, fmt.Errorf("%s: %w", o.Out, ErrNotEmpty)
	}
	undo, err := newfolder.Make(o.Out)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			undo()
		}
	}()
	e := evaluation{Evaluation: o}
	if err := e.open(ctx); err != nil {
		return nil, err
	}
	defer e.set.Close()
	found, meta, err := e.predict(ctx)
	if err != nil {
		return nil, err
	}
	if report, err = e.score(ctx, found, meta); err != nil {
		return nil, err
	}
	e.ground(found, meta, report)
	if err := e.worth(ctx, report); err != nil {
		return nil, err
	}
	return report, e.write(found, meta, report)
}

// help captions this process's share of the pictures for rank 0, and once more
// where that wants to know what attention is worth.
func help(ctx context.Context, o Evaluation) error {
	e := evaluation{Evaluation: o}
	if err := e.open(ctx); err != nil {
		return err
	}
	defer e.set.Close()
	_, _, err := e.predict(ctx)
	if err == nil && e.Worth {
		_, _, err = e.uniform().predict(ctx)
	}
	return err
}

func (e *evaluation) open(ctx context.Context) (err error) {
	if e.regions, err = openRegions(e.Evaluation); err != nil {
		return err
	}
	if e.set, err = dataset.Open(ctx, e.Data, e.Set); err != nil {
		return err
	}
	if left := e.set.Problems.Err(); left != nil {
		e.Log.Warn("parts of the data set are left out", "error", left)
	}
	if e.Split == dataset.All {
		e.Log.Warn("the whole set has the pictures that a model of it learned from: its scores say little of others", "split", e.Split)
	}
	if e.split, err = e.set.Split(e.Split); err == nil {
		err = e.Baseline.covers(e.split)
	}
	if err != nil {
		_ = e.set.Close() // err says more
	}
	return err
}

// covers returns an error unless the baseline, where there is one, has a caption
// for each picture of a split, before the captions take their time.
func (b *Baseline) covers(split *dataset.Split) error {
	if b == nil {
		return nil
	}
	for i := range split.Len() {
		id := split.Record(i).ID
		if _, there := b.Captions[id]; !there {
			return fmt.Errorf("the baseline %s has no caption for picture %q: is it of the same split?", b.Name, id)
		}
	}
	return nil
}

// predict captions the split.
func (e *evaluation) predict(ctx context.Context) (Predictions, captioner.Metadata, error) {
	p, meta, err := Open(e.Models, e.Options, e.Beam)
	if err != nil {
		return Predictions{}, meta, err
	}
	defer p.Close()
	p.World = e.World
	p.Loader.Workers, p.Given = e.Workers, e.regions != nil
	if e.Batch > 0 {
		p.Loader.Batch = e.Batch
	}
	found, err := p.Predict(ctx, e.split, func(pictures int) {
		if e.Progress != nil {
			e.Progress(pictures, e.split.Len())
		}
	})
	for _, skip := range found.Skipped {
		e.Log.Warn("picture skipped", "picture", skip.ID, "where", skip.Where, "error", skip.Err)
	}
	if err == nil && len(found.Pictures) == 0 && e.World.Rank() == 0 {
		err = errors.New("no picture of the split could be read")
	}
	return found, meta, err
}

// resamples is the number of the bootstrap's, from which the intervals come.
const resamples = 1000

func (e *evaluation) score(ctx context.Context, found Predictions, meta captioner.Metadata) (*evaluate.Report, error) {
	learned, err := e.learned(ctx)
	if err != nil {
		return nil, err
	}
	options := evaluate.Options{Resamples: resamples, Seed: e.Set.Seed, Reference: true, TrainingCaptions: learned, Meteor: e.Meteor}
	if e.Baseline != nil {
		options.Baseline, options.BaselineName = e.Baseline.Captions, e.Baseline.Name
	}
	report, err := evaluate.Score(ctx, found.Images(), options)
	if err != nil {
		return nil, err
	}
	for _, warning := range report.Warnings {
		e.Log.Warn(warning)
	}
	if report.Model, err = modelName(e.Evaluation, meta); err != nil {
		return nil, err
	}
	report.Data = map[string]any{"source": e.Data, "split": e.split.Name, "fingerprint": e.set.Fingerprint()}
	if e.Set.Limit > 0 {
		report.Data["limit"] = e.Set.Limit
	}
	return report, nil
}

// learned returns the captions of the set's whole training split, nil without
// one.
func (e *evaluation) learned(ctx context.Context) ([]string, error) {
	set := e.set
	if e.Set.Limit > 0 { // which limits every split
		whole := e.Set
		whole.Limit = 0
		var err error
		if set, err = dataset.Open(ctx, e.Data, whole); err != nil {
			return nil, err
		}
		defer set.Close()
	}
	split, err := set.Split("train")
	if err != nil {
		return nil, nil
	}
	return Captions(split), nil
}

// Captions returns all captions of a split.
func Captions(split *dataset.Split) []string {
	var all []string
	for i := range split.Len() {
		all = append(all, split.Record(i).Captions...)
	}
	return all
}
