package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/plots/htmlreport"
)

func reportCommand() *cli.Command {
	var source htmlreport.Source
	var out string
	megabytes := 5.
	return &cli.Command{
		Name:      "report",
		Usage:     "write one HTML file that shows a run and its evaluation",
		ArgsUsage: " ",
		Flags: []cli.Flag{
			&cli.PathFlag{Name: "run", Usage: "`DIR` of a training run, or a checkpoint in it: its history and settings", Destination: &source.Run},
			&cli.PathFlag{Name: "evaluation", Usage: "`DIR` of an evaluation: its scores and gallery", Destination: &source.Evaluation},
			&cli.BoolFlag{Name: "any-model", Usage: "join the run with the evaluation of another run's model", Destination: &source.AnyModel},
			&cli.PathFlag{Name: "out", Usage: "HTML `FILE` to write; - for standard output", Destination: &out},
			&cli.StringFlag{Name: "title", Usage: "`TEXT` at the top; by default made of the folder's name", Destination: &source.Title},
			&cli.Float64Flag{Name: "max-megabytes", Usage: "size of the file at most; rows, then pictures are left out", Value: megabytes, Destination: &megabytes},
			configFlag(),
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			if err := readConfig(c); err != nil {
				return err
			}
			if source.Run == "" && source.Evaluation == "" {
				return usage(fmt.Errorf("nothing to report: give --run DIR, --evaluation DIR, or both"))
			}
			if err := missing(c, "out"); err != nil {
				return err
			}
			if !(megabytes > 0 && megabytes <= 1000) {
				return usage(fmt.Errorf("--max-megabytes %v: give a number above 0, 1000 at most", megabytes))
			}
			source.Run = folderOf(source.Run)
			source.MaxBytes = int(megabytes * 1e6)
			if out == standardOutput {
				page, err := htmlreport.Make(source)
				if err != nil {
					return otherModel(err)
				}
				_, err = c.App.Writer.Write(page)
				return err
			}
			if err := htmlreport.Save(out, source); err != nil {
				return otherModel(err)
			}
			_, err := fmt.Fprintln(c.App.Writer, terminal.Line(out))
			return err
		},
	}
}

// otherModel says how to join a run with another's evaluation all the same.
func otherModel(err error) error {
	if errors.Is(err, htmlreport.ErrOtherModel) {
		return fmt.Errorf("%w; evaluate one of the run's checkpoints, or give --any-model to join them all the same", err)
	}
	return err
}

// folderOf returns the run's folder that a checkpoint lies in; a folder stays.
func folderOf(run string) string {
	if info, err := os.Stat(run); err == nil && !info.IsDir() {
		return filepath.Dir(run)
	}
	return run
}
