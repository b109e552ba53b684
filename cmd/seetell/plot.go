package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/plots"
)

// paths collects the values of a flag that may be given several times. Unlike
// cli's own list it leaves commas in the values alone.
type paths []string

func (p *paths) Set(path string) error { *p = append(*p, path); return nil }
func (p *paths) String() string        { return strings.Join(*p, " ") }

// plotting is what the command plot was asked for.
type plotting struct {
	reports, histories paths
	names              paths // of the reports, then of the histories
	title              string
	out, format        string
	dotsPerInch        int
}

func plotCommand() *cli.Command {
	var o plotting
	return &cli.Command{
		Name:      "plot",
		Usage:     "draw distributions of scores and learning curves",
		ArgsUsage: "[REPORT|RUN...]",
		Description: "Draws reports, and the histories of training runs, by their files or folders. Several reports are drawn in the same figures; each has its own figures in DIR/NAME too. " +
			"Beside each figure its numbers lie as CSV.",
		Flags: []cli.Flag{
			&cli.GenericFlag{Name: "report", Usage: "scores of `FILE`: report.json, its folder, or of seetell score --format json; repeat it to compare", Value: &o.reports},
			&cli.GenericFlag{Name: "history", Usage: "history.jsonl `FILE` of a training run, or its folder; repeat it to compare", Value: &o.histories},
			&cli.GenericFlag{Name: "name", Usage: "`NAME` of a report in the figures, then of a history, once for each in their order", Value: &o.names},
			titleFlag(&o.title),
			&cli.PathFlag{Name: "out", Usage: "`DIR` for the figures", Destination: &o.out},
			&cli.StringFlag{Name: "format", Usage: "`FORMATS` out of png, svg and pdf, with commas between", Value: "png,svg", Destination: &o.format},
			&cli.IntFlag{Name: "dots-per-inch", Usage: "resolution of PNG; journals ask for 300 to 600", Value: plots.Resolution, Destination: &o.dotsPerInch},
			configFlag(),
		},
		Action: func(c *cli.Context) error {
			if err := readConfig(c); err != nil {
				return err
			}
			if err := missing(c, "out"); err != nil {
				return err
			}
			for _, path := range c.Args().Slice() {
				if isRun(path) {
					o.histories = append(o.histories, path)
				} else {
					o.reports = append(o.reports, path)
				}
			}
			return o.run(c)
		},
	}
}

// isRun tells whether path is a training run's history, or its folder.
func isRun(path string) bool {
	if filepath.Base(path) == "history.jsonl" {
		return true
	}
	_, noHistory := os.Stat(filepath.Join(path, "history.jsonl"))
	_, noReport := os.Stat(filepath.Join(path, "report.json"))
	return noHistory == nil && noReport != nil
}

func (o plotting) run(c *cli.Context) error {
	formats, err := figureFormats(o.format)
	if err != nil {
		return usage(err)
	}
	if o.dotsPerInch < 36 || o.dotsPerInch > 1200 {
		return usage(fmt.Errorf("--dots-per-inch %d: give a number from 36 to 1200", o.dotsPerInch))
	}
	if len(o.reports) == 0 && len(o.histories) == 0 {
		return usage(fmt.Errorf("nothing to draw: name a report, a run, or both"))
	}
	systems, err := plots.LoadSystems(o.reports)
	if err != nil {
		return err
	}
	runs, err := plots.LoadHistories(o.histories)
	if err != nil {
		return err
	}
	if err := o.rename(systems, runs); err != nil {
		return usage(err)
	}
	if err := o.draw(c, o.out, systems, runs, formats); err != nil {
		return err
	}
	if len(systems) > 1 {
		for _, system := range systems {
			if err := o.draw(c, filepath.Join(o.out, system.Folder()), []*plots.System{system}, nil, formats); err != nil {
				return err
			}
		}
	}
	return nil
}

// rename gives the reports, then the histories, the names asked for.
func (o plotting) rename(systems []*plots.System, runs []*plots.History) error {
	if len(o.names) > len(systems)+len(runs) {
		return fmt.Errorf("--name stands %d times, and there are %d reports and histories", len(o.names), len(systems)+len(runs))
	}
	for i, name := range o.names {
		if i < len(systems) {
			systems[i].Name = name
		} else {
			runs[i-len(systems)].Name = name
		}
	}
	return nil
}

// draw writes the figures into dir and names them on standard output: each file
// for programs, their number for people.
func (o plotting) draw(c *cli.Context, dir string, systems []*plots.System, runs []*plots.History, formats []string) error {
	figures, err := plots.Figures(systems, runs)
	if err != nil {
		return err
	}
	if len(figures) == 0 {
		return errors.New("nothing to draw: no history has a loss or a score that can be drawn, and no report has scores")
	}
	for _, f := range figures {
		f.DotsPerInch = o.dotsPerInch
	}
	entitle(c, figures, o.title)
	if err := plots.Save(dir, figures, formats); err != nil {
		return err
	}
	if _, people := terminalFile(c.App.Writer); people {
		_, err := fmt.Fprintf(c.App.Writer, "%s: %d figures as %s, their numbers as csv\n", terminal.Line(dir), len(figures), strings.Join(formats, ", "))
		return err
	}
	for _, f := range figures {
		for _, format := range append(slices.Clone(formats), "csv") {
			fmt.Fprintln(c.App.Writer, terminal.Line(filepath.Join(dir, f.Name+"."+format)))
		}
	}
	return nil
}

func titleFlag(title *string) cli.Flag {
	return &cli.StringFlag{Name: "title", Usage: "`TEXT` above each figure instead of its own; \"\" for none, as a document has its own", Destination: title}
}

// entitle gives figures the title that --title asks for.
func entitle(c *cli.Context, figures []*plots.Figure, title string) {
	if c.IsSet("title") {
		for _, f := range figures {
			f.Title, f.Untitled = cmp.Or(title, f.Title), title == ""
		}
	}
}

func figureFormats(list string) ([]string, error) {
	var formats []string
	for format := range strings.SplitSeq(list, ",") {
		format = strings.ToLower(strings.TrimSpace(format))
		if !slices.Contains(plots.Formats, format) {
			return nil, fmt.Errorf("--format %q: give some of %s, with commas between", list, strings.Join(plots.Formats, ", "))
		}
		if !slices.Contains(formats, format) {
			formats = append(formats, format)
		}
	}
	return formats, nil
}
