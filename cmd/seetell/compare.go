package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/internal/wholefile"
	"github.com/seetell/seetell/plots"
	"github.com/seetell/seetell/plots/tables"
)

// comparing is what the command compare was asked for.
type comparing struct {
	references, metrics, table, format, out, figures, title string

	names   paths
	subset  bool
	options evaluate.Options
}

// compareFormats are those of compare's table.
var compareFormats = []string{"table", "markdown", "latex", "json"}

func compareCommand() *cli.Command {
	var o comparing
	return &cli.Command{
		Name:      "compare",
		Usage:     "compare evaluations of several models on the same pictures",
		ArgsUsage: "BASELINE EVALUATION...",
		Description: "Takes folders that evaluate left, or captions files with --references. The first is the\n" +
			"baseline: every other one's scores are given as differences from it, with the 95 % interval\n" +
			"and the p of a paired bootstrap over pictures. --out leaves comparison.json, comparison.md,\n" +
			"comparison.tex and figures with their numbers as CSV. Needs no libtorch.",
		Flags: []cli.Flag{
			&cli.PathFlag{Name: "references", Usage: "`FILE` of what people wrote, for captions files in place of folders", Destination: &o.references},
			&cli.GenericFlag{Name: "name", Usage: "`NAME` of a system, once for each in their order; by default its folder's", Value: &o.names},
			&cli.StringFlag{Name: "metrics", Usage: "`NAMES` out of " + strings.Join(evaluate.MetricNames(), ", ") + ", with commas between", Value: "bleu,meteor,rouge,cider", Destination: &o.metrics},
			&cli.PathFlag{Name: "meteor-table", Usage: "METEOR's paraphrase table `FILE`", Destination: &o.table, EnvVars: []string{"SEETELL_METEOR_TABLE"}},
			&cli.StringFlag{Name: "tokenizer", Usage: strings.Join(evaluate.TokenizerNames, ", "), Value: evaluate.TokenizerNames[0], Destination: &o.options.Tokenizer},
			&cli.BoolFlag{Name: "subset", Usage: "compare the pictures that all have captioned, where these differ", Destination: &o.subset},
			&cli.IntFlag{Name: "resamples", Usage: "of the bootstrap", Value: 1000, Destination: &o.options.Resamples},
			&cli.Int64Flag{Name: "seed", Usage: "of the resamples", Value: 1, Destination: &o.options.Seed},
			&cli.StringFlag{Name: "format", Usage: "`FORMAT` of what is printed: " + strings.Join(compareFormats, ", "), Value: "table", Destination: &o.format},
			&cli.PathFlag{Name: "out", Usage: "`DIR` for tables, numbers and figures", Destination: &o.out},
			&cli.StringFlag{Name: "figures", Usage: "`FORMATS` of figures out of png, svg, pdf, with commas between", Value: "png,svg", Destination: &o.figures},
			titleFlag(&o.title),
			configFlag(),
		},
		Action: func(c *cli.Context) error {
			if err := readConfig(c); err != nil {
				return err
			}
			return o.run(c)
		},
	}
}

func (o comparing) run(c *cli.Context) error {
	formats, err := o.check(c)
	if err != nil {
		return usage(err)
	}
	systems, err := o.read(c.Args().Slice())
	if err != nil {
		return err
	}
	reports, err := o.compare(c.Context, systems)
	if err != nil {
		return err
	}
	rows := make([]tables.System, len(systems))
	for i, system := range systems {
		rows[i] = tables.System{Name: system.Name, Report: reports[i]}
	}
	if o.out != "" {
		if err := o.save(c, rows, formats); err != nil {
			return err
		}
		logrus.WithField("folder", o.out).Info("comparison.json, comparison.md, comparison.tex and figures are written")
	}
	return printComparison(c.App.Writer, o.format, rows)
}

// check finds mistakes in the flags and completes the options.
func (o *comparing) check(c *cli.Context) (figureFormat []string, err error) {
	if c.NArg() < 2 {
		return nil, fmt.Errorf("compare takes two evaluations at least, the baseline first; %s compare --help says more", c.App.Name)
	}
	if len(o.names) > c.NArg() {
		return nil, fmt.Errorf("--name stands %d times, and there are %d systems", len(o.names), c.NArg())
	}
	if !slices.Contains(compareFormats, o.format) {
		return nil, fmt.Errorf("--format %q: give one of %s", o.format, strings.Join(compareFormats, ", "))
	}
	if o.options.Resamples < 1 {
		return nil, fmt.Errorf("--resamples %d: give 1 or more; 1000 are usual", o.options.Resamples)
	}
	if o.options.Metrics, err = metricsNamed(o.metrics); err != nil {
		return nil, err
	}
	if !slices.Contains(evaluate.TokenizerNames, o.options.Tokenizer) {
		return nil, fmt.Errorf("--tokenizer %q: there are %s", o.options.Tokenizer, strings.Join(evaluate.TokenizerNames, ", "))
	}
	if figureFormat, err = figureFormats(o.figures); err != nil {
		return nil, fmt.Errorf("--figures: %w", err)
	}
	return figureFormat, nil
}

// read reads the systems and gives them the names asked for, else those of
// their folders, else their paths.
func (o comparing) read(from []string) ([]evaluate.System, error) {
	var references *evaluate.References
	if o.references != "" {
		var err error
		if references, err = evaluate.ReadReferences(o.references); err != nil {
			return nil, err
		}
	}
	systems := make([]evaluate.System, len(from))
	times := map[string]int{}
	for i, path := range from {
		system, err := readSystem(path, references, o.subset)
		if err != nil {
			return nil, err
		}
		systems[i] = system
		times[system.Name]++
	}
	for i := range systems {
		if times[systems[i].Name] > 1 {
			systems[i].Name = filepath.Clean(from[i])
		}
		if i < len(o.names) {
			systems[i].Name = o.names[i]
		}
	}
	return systems, nil
}

// readSystem reads an evaluation's folder, or captions for references.
func readSystem(path string, references *evaluate.References, subset bool) (evaluate.System, error) {
	if references == nil {
		system, err := evaluate.ReadFolder(path)
		if errors.Is(err, evaluate.ErrNoFolder) {
			err = fmt.Errorf("%w; a captions file needs --references FILE beside it", err)
		}
		return system, err
	}
	name, captions, err := evaluate.ReadSystem(path)
	if err != nil {
		return evaluate.System{}, err
	}
	images, err := evaluate.Join(references, captions, subset)
	return evaluate.System{Name: name, Images: images}, err
}

func (o *comparing) compare(ctx context.Context, systems []evaluate.System) ([]*evaluate.Report, error) {
	var err error
	if asksMETEOR(o.options.Metrics) {
		if o.options.Meteor, err = paraphrases(ctx, o.table); err != nil {
			return nil, err
		}
	}
	reports, err := evaluate.Compare(ctx, systems, o.subset, o.options)
	if errors.Is(err, evaluate.ErrOtherPictures) {
		err = fmt.Errorf("%w; --subset compares those that all have captioned", err)
	}
	if err != nil {
		return nil, err
	}
	for i, report := range reports {
		for _, warning := range report.Warnings {
			logrus.Warn(systems[i].Name + ": " + warning)
		}
	}
	return reports, nil
}

// save leaves the tables and the figures in the folder.
func (o comparing) save(c *cli.Context, rows []tables.System, formats []string) error {
	figures, err := comparisonFigures(rows)
	if err != nil {
		return err
	}
	entitle(c, figures, o.title)
	if err := plots.Save(o.out, figures, formats); err != nil {
		return err
	}
	for _, file := range []struct{ name, format string }{
		{"comparison.json", "json"}, {"comparison.md", "markdown"}, {"comparison.tex", "latex"},
	} {
		var text bytes.Buffer
		if err := printComparison(&text, file.format, rows); err != nil {
			return err
		}
		if err := wholefile.Write(filepath.Join(o.out, file.name), text.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// comparisonFigures are the figures of all systems, that of their differences
// first.
func comparisonFigures(rows []tables.System) ([]*plots.Figure, error) {
	var systems []*plots.System
	var compared []plots.Compared
	for _, row := range rows {
		system, err := plots.NewSystem(row.Name, row.Report)
		if err != nil {
			return nil, err
		}
		systems = append(systems, system)
		if row.Report.Baseline != nil {
			compared = append(compared, plots.Compared{Name: row.Name, Comparison: row.Report.Baseline})
		}
	}
	differences, err := plots.Differences(compared)
	if err != nil {
		return nil, err
	}
	figures, err := plots.Figures(systems, nil)
	return append([]*plots.Figure{differences}, figures...), err
}

// namedReport is a system in comparison.json.
type namedReport struct {
	Name string `json:"name"`
	*evaluate.Report
}

func printComparison(out io.Writer, format string, rows []tables.System) error {
	switch format {
	case "markdown":
		return tables.Markdown(out, rows)
	case "latex":
		return tables.LaTeX(out, rows)
	case "json":
		var systems []namedReport
		for _, row := range rows {
			systems = append(systems, namedReport{row.Name, row.Report})
		}
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", " ")
		return encoder.Encode(map[string]any{"format": evaluate.ReportFormat, "systems": systems})
	}
	return comparisonTable(out, rows)
}

// comparisonTable writes the scores of all systems, then each one's differences
// from the baseline.
func comparisonTable(out io.Writer, rows []tables.System) error {
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 4, 2, ' ', tabwriter.AlignRight)
	for _, row := range rows {
		fmt.Fprintf(w, "\t%s", terminal.Line(row.Name))
	}
	fmt.Fprintln(w, "\t")
	for _, name := range scoreNames(rows[0].Report) {
		fmt.Fprint(w, name)
		for _, row := range rows {
			fmt.Fprintf(w, "\t%.4f", row.Report.Scores[name])
		}
		fmt.Fprintln(w, "\t")
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, row := range rows[1:] {
		fmt.Fprintf(&text, "\n%s", terminal.Line(row.Name))
		if err := differences(&text, row.Report.Baseline); err != nil {
			return err
		}
	}
	fmt.Fprintf(&text, "\n%d pictures; paired bootstrap of %d resamples\n", rows[0].Report.Images, rows[0].Report.Bootstrap.Resamples)
	_, err := out.Write(text.Bytes())
	return err
}
