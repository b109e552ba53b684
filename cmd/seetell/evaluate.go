package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/google/renameio/v2"
	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/plots"
	"github.com/seetell/seetell/train"
)

// evaluation is what the command evaluate was asked for.
type evaluation struct {
	model   string
	options captioner.Options
	beam    captioner.Beam
	data    string
	split   string
	out     string
	set     dataset.Options
	batch   int
	workers int
	table   string
}

func evaluateCommand() *cli.Command {
	var o evaluation
	return &cli.Command{
		Name:      "evaluate",
		Usage:     "caption a split of a data set and score the captions",
		ArgsUsage: " ",
		Flags: append(append(modelFlags(&o.model, &o.options), beamFlags(&o.beam)...),
			&cli.StringFlag{Name: "data", Usage: "data set `SOURCE`", Destination: &o.data, EnvVars: []string{"SEETELL_DATA"}},
			&cli.PathFlag{Name: "pictures", Usage: "`DIR` of a COCO or Karpathy file's pictures", Destination: &o.set.Pictures},
			&cli.StringFlag{Name: "split", Usage: "split to caption", Value: "test", Destination: &o.split},
			&cli.PathFlag{Name: "out", Usage: "`DIR` for captions, report, plots and gallery", Destination: &o.out},
			&cli.IntFlag{Name: "limit", Usage: "pictures of the split; 0 for all", Destination: &o.set.Limit},
			&cli.Int64Flag{Name: "seed", Usage: "of the splits of a set that has none", Value: 1, Destination: &o.set.Seed},
			&cli.IntFlag{Name: "batch", Usage: "pictures captioned at once", Value: 16, Destination: &o.batch},
			&cli.IntFlag{Name: "workers", Usage: "goroutines that decode pictures; 0 for one a core", Destination: &o.workers},
			&cli.PathFlag{Name: "meteor-table", Usage: "METEOR's paraphrase table `FILE`", Destination: &o.table, EnvVars: []string{"SEETELL_METEOR_TABLE"}},
			configFlag(),
		),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			if err := readConfig(c); err != nil {
				return err
			}
			if err := missing(c, "model", "data", "out"); err != nil {
				return err
			}
			return o.run(c)
		},
	}
}

func (o evaluation) run(c *cli.Context) error {
	if err := o.beam.Validate(); err != nil {
		return usage(err)
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	set, err := dataset.Open(c.Context, o.data, o.set)
	if err != nil {
		return err
	}
	defer set.Close()
	if left := set.Problems.Err(); left != nil {
		logrus.WithError(left).Warn("parts of the data set are left out")
	}
	split, err := set.Split(o.split)
	if err != nil {
		return err
	}
	found, meta, err := o.describe(c, split)
	if err != nil {
		return err
	}
	report, err := o.score(c.Context, found, meta, set, split)
	if err != nil {
		return err
	}
	if err := o.write(split, found, meta, report); err != nil {
		return err
	}
	return scoresTable(c.App.Writer, report)
}

// describe captions the split.
func (o evaluation) describe(c *cli.Context, split *dataset.Split) (train.Description, captioner.Metadata, error) {
	describer, meta, err := train.OpenDescriber(o.model, o.options, o.beam)
	if err != nil {
		return train.Description{}, meta, err
	}
	defer describer.Network.Close()
	describer.Loader.Batch, describer.Loader.Workers = o.batch, o.workers
	bar := newProgress(c.App.ErrWriter)
	if bar != nil {
		bar.Begin("captions", split.Len())
		defer bar.End()
	}
	found, err := describer.Describe(c.Context, split, func(pictures int) {
		if bar != nil {
			bar.Done(pictures)
		}
	})
	for _, skip := range found.Skipped {
		logrus.WithFields(logrus.Fields{"picture": skip.ID, "where": skip.Where}).WithError(skip.Err).Warn("picture skipped")
	}
	if err == nil && len(found.Pictures) == 0 {
		err = errors.New("no picture of the split could be read")
	}
	return found, meta, err
}

func (o evaluation) score(ctx context.Context, found train.Description, meta captioner.Metadata, set *dataset.Set, split *dataset.Split) (*evaluate.Report, error) {
	options := evaluate.Options{Resamples: resamples, Seed: o.set.Seed, Reference: true}
	var err error
	if options.TrainingCaptions, err = o.learned(ctx, set); err != nil {
		return nil, err
	}
	if options.Meteor, err = paraphrases(ctx, o.table); err != nil {
		return nil, err
	}
	report, err := evaluate.Score(ctx, found.Images(), options)
	if err != nil {
		return nil, err
	}
	for _, warning := range report.Warnings {
		logrus.Warn(warning)
	}
	report.Model = map[string]any{"file": filepath.Base(o.model), "sizes": meta.Model, "words": len(meta.Vocabulary), "beam": o.beam.Width, "length_penalty": o.beam.LengthPenalty}
	report.Data = map[string]any{"source": o.data, "split": split.Name, "fingerprint": set.Fingerprint()}
	if o.set.Limit > 0 {
		report.Data["limit"] = o.set.Limit
	}
	return report, nil
}

// resamples is the number of the bootstrap's, from which the intervals come.
const resamples = 1000

// learned returns the captions of the set's whole training split, nil without
// one.
func (o evaluation) learned(ctx context.Context, set *dataset.Set) ([]string, error) {
	if o.set.Limit > 0 { // which limits every split
		whole := o.set
		whole.Limit = 0
		var err error
		if set, err = dataset.Open(ctx, o.data, whole); err != nil {
			return nil, err
		}
		defer set.Close()
	}
	split, err := set.Split("train")
	if err != nil {
		return nil, nil
	}
	return train.Captions(split), nil
}

// write leaves captions.json, report.json, the plots and the gallery.
func (o evaluation) write(split *dataset.Split, found train.Description, meta captioner.Metadata, report *evaluate.Report) error {
	if err := o.writeCaptions(found); err != nil {
		return err
	}
	if err := report.Save(filepath.Join(o.out, "report.json")); err != nil {
		return err
	}
	if err := o.plot(report); err != nil {
		return err
	}
	return o.gallery(split, found, meta, report)
}

// cocoResult is a caption in the form of COCO's results files.
type cocoResult struct {
	ImageID string `json:"image_id"`
	Caption string `json:"caption"`
}

func (o evaluation) writeCaptions(found train.Description) error {
	results := make([]cocoResult, len(found.Pictures))
	for i, p := range found.Pictures {
		results[i] = cocoResult{p.ID, p.Captions[0].Text}
	}
	text, err := json.MarshalIndent(results, "", " ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(o.out, "captions.json"), append(text, '\n'), 0o644)
}

func (o evaluation) plot(report *evaluate.Report) error {
	system, err := plots.NewSystem(filepath.Base(o.model), report)
	if err != nil {
		return err
	}
	figures, err := plots.Figures([]*plots.System{system}, nil)
	if err != nil {
		return err
	}
	return plots.Save(filepath.Join(o.out, "plots"), figures, []string{"png", "svg"})
}

// galleryEach is the number of pictures in each of the gallery's four groups.
const galleryEach = 10

func (o evaluation) gallery(split *dataset.Split, found train.Description, meta captioner.Metadata, report *evaluate.Report) error {
	var items []plots.GalleryItem
	for _, choice := range plots.ChooseGallery(report, galleryEach, uint64(o.set.Seed)) {
		described := found.Pictures[choice.Index]
		data, err := split.Bytes(described.Row)
		if err != nil {
			return err
		}
		p, err := picture.Decode(data)
		if err != nil {
			return fmt.Errorf("%s: %w", split.Record(described.Row).Where, err)
		}
		items = append(items, plots.GalleryItem{
			ID: described.ID, Group: choice.Group, References: described.References,
			Scores:    report.PerImage[choice.Index].Scores,
			Attention: *attentionOf(meta, p, described.Captions[0]),
		})
	}
	return plots.WriteGallery(filepath.Join(o.out, "gallery"), items)
}

// scoreTable writes the corpus scores, one a line.
func scoreTable(out io.Writer, report *evaluate.Report) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	for _, name := range slices.Sorted(maps.Keys(report.Scores)) {
		fmt.Fprintf(w, "%s\t%.4f\t", name, report.Scores[name])
		if interval, ok := report.Intervals[name]; ok {
			fmt.Fprintf(w, "%.4f\tto %.4f\t", interval[0], interval[1])
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
