package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/evaluate/meteor"
	"github.com/seetell/seetell/plots/tables"
	"github.com/seetell/seetell/predict"
)

// scoring is what the command score was asked for.
type scoring struct {
	references, captions, baseline, training string
	metrics, table, format, out              string
	subset                                   bool
	data, split                              string
	set                                      dataset.Options
	options                                  evaluate.Options
}

// scoreFormats are those of score's result.
var scoreFormats = []string{"table", "json", "csv", "markdown", "latex"}

func scoreCommand() *cli.Command {
	var o scoring
	return &cli.Command{
		Name:      "score",
		Usage:     "score captions against references",
		ArgsUsage: " ",
		Description: "References are COCO annotations, a Karpathy JSON, {\"id\": [\"caption\", ...]}, JSON lines or\n" +
			"Flickr8k.token.txt, or a data set that train reads (--data SOURCE --split NAME); captions are\n" +
			"COCO results, {\"id\": \"caption\"}, JSON lines, CSV, id<TAB>caption, or what caption and evaluate\n" +
			"wrote, one a picture.\n" +
			"The forms are guessed from the content. Scores have pycocoevalcap's names and numbers.",
		Flags: []cli.Flag{
			&cli.PathFlag{Name: "references", Usage: "`FILE` of what people wrote; a folder or parquet file is a data set, as for --data", Destination: &o.references},
			&cli.StringFlag{Name: "data", Usage: "data set `SOURCE` whose captions are the references", Destination: &o.data},
			&cli.StringFlag{Name: "split", Usage: "of --data; all for all of it", Value: "test", Destination: &o.split},
			&cli.PathFlag{Name: "pictures", Usage: "`DIR` of the pictures that --data names", Destination: &o.set.Pictures},
			&cli.BoolFlag{Name: "outside", Usage: "captions files of --data may name pictures outside their folder", Destination: &o.set.Outside},
			&cli.Int64Flag{Name: "split-seed", Usage: "of the splits of a set that has none", Value: 1, Destination: &o.set.Seed},
			&cli.PathFlag{Name: "captions", Usage: "`FILE` of captions to score, or an evaluation's folder", Destination: &o.captions},
			&cli.StringFlag{Name: "metrics", Usage: "`NAMES` out of " + strings.Join(evaluate.MetricNames(), ", ") + ", with commas between", Value: "bleu,meteor,rouge,cider", Destination: &o.metrics},
			&cli.PathFlag{Name: "meteor-table", Usage: "METEOR's paraphrase table `FILE`; else the one that data download meteor-table brought", Destination: &o.table, EnvVars: []string{"SEETELL_METEOR_TABLE"}},
			&cli.StringFlag{Name: "tokenizer", Usage: strings.Join(evaluate.TokenizerNames, ", "), Value: evaluate.TokenizerNames[0], Destination: &o.options.Tokenizer},
			&cli.StringFlag{Name: "format", Usage: "`FORMAT` of the result: " + strings.Join(scoreFormats, ", "), Value: "table", Destination: &o.format},
			&cli.PathFlag{Name: "out", Usage: "write the result to `FILE`; - for standard output, as without it", Destination: &o.out},
			&cli.PathFlag{Name: "baseline", Usage: "`FILE` of another system's captions, or its evaluation's folder, to compare with", Destination: &o.baseline},
			&cli.BoolFlag{Name: "reference-points", Usage: "add the floor and the human ceiling", Destination: &o.options.Reference},
			&cli.PathFlag{Name: "training-captions", Usage: "`FILE` of captions among which copies are counted", Destination: &o.training},
			&cli.BoolFlag{Name: "subset", Usage: "score the captioned pictures alone", Destination: &o.subset},
			&cli.IntFlag{Name: "resamples", Usage: "of the bootstrap; 0 for no intervals", Value: 1000, Destination: &o.options.Resamples},
			&cli.Int64Flag{Name: "seed", Usage: "of resamples and shuffled captions", Value: 1, Destination: &o.options.Seed},
			configFlag(),
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			if err := readConfig(c); err != nil {
				return err
			}
			if o.data == "" {
				if err := missing(c, "references"); err != nil {
					return err
				}
			} else if o.references != "" {
				return usage(errors.New("--references and --data both name the references: give one"))
			}
			if err := missing(c, "captions"); err != nil {
				return err
			}
			return o.run(c)
		},
	}
}

func (o scoring) run(c *cli.Context) error {
	if err := o.check(); err != nil {
		return usage(err)
	}
	images, err := o.read(c)
	if err != nil {
		return err
	}
	if err := o.openTable(c); err != nil {
		return err
	}
	report, err := evaluate.Score(c.Context, images, o.options)
	if err != nil {
		return err
	}
	for _, warning := range report.Warnings {
		logrus.Warn(warning)
	}
	return o.write(c.App.Writer, report)
}

// check finds mistakes in the flags and completes the options.
func (o *scoring) check() error {
	var err error
	if o.options.Metrics, err = metricsNamed(o.metrics); err != nil {
		return err
	}
	if !slices.Contains(evaluate.TokenizerNames, o.options.Tokenizer) {
		return fmt.Errorf("--tokenizer %q: there are %s", o.options.Tokenizer, strings.Join(evaluate.TokenizerNames, ", "))
	}
	if !slices.Contains(scoreFormats, o.format) {
		return fmt.Errorf("--format %q: give one of %s", o.format, strings.Join(scoreFormats, ", "))
	}
	if o.options.Resamples < 0 {
		return fmt.Errorf("--resamples %d: give 0 or more", o.options.Resamples)
	}
	return nil
}

// metricsNamed reads --metrics.
func metricsNamed(list string) ([]evaluate.Metric, error) {
	metrics, err := evaluate.Named(strings.Split(strings.ReplaceAll(list, " ", ""), ",")...)
	if err != nil {
		return nil, fmt.Errorf("--metrics %q: %w", list, err)
	}
	return metrics, nil
}

// read reads the files.
func (o *scoring) read(c *cli.Context) (evaluate.Images, error) {
	references, err := o.readReferences(c)
	if err != nil {
		return nil, err
	}
	_, captions, err := evaluate.ReadSystem(o.captions)
	if err != nil {
		return nil, err
	}
	images, err := evaluate.Join(references, captions, o.subset)
	if err != nil {
		return nil, err
	}
	if o.baseline != "" {
		name, baseline, err := evaluate.ReadSystem(o.baseline)
		if err != nil {
			return nil, err
		}
		if _, err := evaluate.Join(references, baseline, o.subset); err != nil {
			return nil, err
		}
		if o.options.Baseline, err = references.Match(baseline); err != nil {
			return nil, err
		}
		o.options.BaselineName = name
	}
	if o.training != "" {
		training, err := evaluate.ReadReferences(o.training)
		if err != nil {
			return nil, err
		}
		o.options.TrainingCaptions = training.Texts()
	}
	return images, nil
}

// asksMETEOR tells whether METEOR is among metrics.
func asksMETEOR(metrics []evaluate.Metric) bool {
	return slices.ContainsFunc(metrics, func(m evaluate.Metric) bool { return m.Name == evaluate.METEOR.Name })
}

// readReferences reads a captions file, what an evaluation left, or a data set.
func (o *scoring) readReferences(c *cli.Context) (*evaluate.References, error) {
	path, data, split := o.references, o.data, o.split
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		whole := filepath.Join(path, evaluate.ReferencesFile)
		if _, err := os.Stat(whole); err == nil {
			return evaluate.ReadReferences(whole)
		}
		data = path
	} else if strings.EqualFold(filepath.Ext(path), ".parquet") {
		data = path
	}
	if data == "" {
		return evaluate.ReadReferences(path)
	}
	if o.data == "" && !c.IsSet("split") {
		split = dataset.All
	}
	o.set.Progress = progressOutput(c)
	return predict.References(c.Context, data, split, o.set)
}

// openTable opens METEOR's paraphrase table where METEOR is asked for.
func (o *scoring) openTable(c *cli.Context) (err error) {
	if asksMETEOR(o.options.Metrics) {
		o.options.Meteor, err = paraphrases(c.Context, o.table)
	}
	return err
}

// paraphrases returns METEOR with the paraphrase table at path, or with the
// one that was downloaded where path is empty, or nil where there is none.
func paraphrases(ctx context.Context, path string) (*meteor.Scorer, error) {
	table, err := meteor.OpenTable(ctx, path)
	if errors.Is(err, meteor.ErrNoTable) {
		logrus.Warn(err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return table.Scorer(), nil
}

// write writes the report in the format asked for.
func (o scoring) write(out io.Writer, report *evaluate.Report) error {
	return writeTo(o.out, out, func(out io.Writer) error { return o.print(out, report) })
}

func (o scoring) print(out io.Writer, report *evaluate.Report) error {
	switch o.format {
	case "json":
		return report.Write(out)
	case "csv":
		return scoresCSV(out, report)
	case "markdown":
		return tables.Markdown(out, o.rows(report))
	case "latex":
		return tables.LaTeX(out, o.rows(report))
	default:
		return scoresTable(out, report)
	}
}

// rows are those of a table for documents.
func (o scoring) rows(report *evaluate.Report) []tables.System {
	return tables.Systems(evaluate.SystemName(o.captions), report)
}
