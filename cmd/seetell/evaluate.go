package main

import (
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch/distributed"
)

func evaluateCommand() *cli.Command {
	var o predict.Evaluation
	var models paths
	var table, baseline, views string
	return &cli.Command{
		Name:      "evaluate",
		Usage:     "caption a split of a data set and score the captions",
		ArgsUsage: " ",
		Flags: append(append(append(modelsFlags(&models, &views, &o.Options), beamFlags(&o.Beam)...),
			&cli.StringFlag{Name: "data", Usage: "data set `SOURCE`", Destination: &o.Data, EnvVars: []string{"SEETELL_DATA"}},
			&cli.PathFlag{Name: "pictures", Usage: "`DIR` of a COCO or Karpathy file's pictures", Destination: &o.Set.Pictures},
			&cli.BoolFlag{Name: "outside", Usage: "captions files may name pictures outside their folder", Destination: &o.Set.Outside},
			&cli.PathFlag{Name: "baseline", Usage: "`DIR` of another evaluation of these pictures, or a captions file, to compare with", Destination: &baseline},
			&cli.StringFlag{Name: "split", Usage: "split to caption; all for the whole set, to find its worst captions", Value: "test", Destination: &o.Split},
			&cli.PathFlag{Name: "out", Usage: "`DIR` for captions, references, report, plots and gallery", Destination: &o.Out},
			&cli.BoolFlag{Name: "overwrite", Usage: "write into --out also where it holds something", Destination: &o.Overwrite},
			&cli.IntFlag{Name: "limit", Usage: "pictures of the split; 0 for all", Destination: &o.Set.Limit, Action: atLeast(0, "limit")},
			&cli.Int64Flag{Name: "seed", Usage: "of the splits of a set that has none", Value: 1, Destination: &o.Set.Seed},
			&cli.IntFlag{Name: "batch", Usage: "pictures captioned at once", Value: predict.Batch, Destination: &o.Batch, Action: atLeast(1, "batch")},
			&cli.IntFlag{Name: "workers", Usage: "goroutines that decode pictures; 0 for one more than cores", Destination: &o.Workers, Action: atLeast(0, "workers")},
			&cli.PathFlag{Name: "boxes", Usage: "COCO instances `FILE` of the pictures: whether attention lies on what the references' words name", Destination: &o.Boxes},
			&cli.BoolFlag{Name: "attention-worth", Usage: "score once more with the same weight for all places: what attention is worth", Destination: &o.Worth},
			&cli.PathFlag{Name: "meteor-table", Usage: "METEOR's paraphrase table `FILE`", Destination: &table, EnvVars: []string{"SEETELL_METEOR_TABLE"}},
			configFlag(),
		), worldFlags()...),
		Action: func(c *cli.Context) (err error) {
			if err := noArguments(c); err != nil {
				return err
			}
			if err := readConfig(c); err != nil {
				return err
			}
			if o.Models, err = models.chosen(c); err != nil {
				return err
			}
			if err := missing(c, "data", "out"); err != nil {
				return err
			}
			if o.Options.Flip, err = flipped(views); err != nil {
				return err
			}
			if err := flagged(o.Beam.Validate(), c.Command); err != nil {
				return usage(err)
			}
			if o.Baseline, err = readBaseline(baseline); err != nil {
				return err
			}
			if err := findModels(c, o.Models); err != nil {
				return err
			}
			if o.Meteor, err = paraphrases(c.Context, table); err != nil {
				return err
			}
			return inWorld(c, &o.Options.Device, func(world *distributed.World) error {
				o.World = world
				return evaluation(c, o)
			})
		},
	}
}

// evaluation evaluates and, on rank 0, prints the scores.
func evaluation(c *cli.Context, o predict.Evaluation) error {
	if o.World.Rank() == 0 {
		bar := newCounter(c, "captions")
		defer bar.end()
		o.Progress, o.Log = bar.count, slog.New(logrusHandler{})
		warnIfSlow(o.Options)
	}
	report, err := predict.Evaluate(c.Context, o)
	if err != nil || report == nil { // rank 0 has the report
		return err
	}
	if err := scoresTable(c.App.Writer, report); err != nil {
		return err
	}
	if err := attentionTable(c.App.Writer, report); err != nil {
		return err
	}
	return whatIsWhere(c.App.Writer, o.Out)
}

// readBaseline reads the captions of --baseline, where it is given.
func readBaseline(path string) (*predict.Baseline, error) {
	if path == "" {
		return nil, nil
	}
	name, captions, err := evaluate.ReadSystem(path)
	if err != nil {
		return nil, fmt.Errorf("--baseline: %w", err)
	}
	return &predict.Baseline{Name: name, Captions: captions.Captions()}, nil
}

// whatIsWhere says where an evaluation's files are, and what shows them.
func whatIsWhere(out io.Writer, dir string) error {
	_, err := fmt.Fprintf(out, "\n%s has report.json, captions.json, references.json, plots/ and gallery/\n"+
		"One page of all that: seetell report --evaluation %s --out %s\n",
		terminal.Line(dir), shellWord(dir), shellWord(filepath.Join(dir, "report.html")))
	return err
}

// scoreTable writes the corpus scores, one a line.
func scoreTable(out io.Writer, report *evaluate.Report) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	head := "\tscore\t"
	if len(report.Intervals) > 0 {
		head += "95 % from\tto\t"
	}
	fmt.Fprintln(w, head)
	for _, name := range scoreNames(report) {
		fmt.Fprintf(w, "%s\t%.4f\t", name, report.Scores[name])
		if interval, ok := report.Intervals[name]; ok {
			fmt.Fprintf(w, "%.4f\t%.4f\t", interval[0], interval[1])
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
