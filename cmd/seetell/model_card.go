package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/hub"
	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/internal/wholefile"
	"github.com/seetell/seetell/plots/modelcard"
)

// carding is what the command model card was asked for.
type carding struct {
	source     modelcard.Source
	evaluation string
	out        string
	overwrite  bool
}

func cardCommand() *cli.Command {
	var o carding
	return &cli.Command{
		Name:      "card",
		Usage:     "write a model card, README.md, beside a checkpoint, so that it can be published",
		ArgsUsage: "FILE|RUN|OWNER/NAME",
		Description: "The card says what the model is, learned from and scores, and has the front matter that the\n" +
			"Hugging Face hub reads. A repository with it and with the checkpoint as model.safetensors is a\n" +
			"model that --model owner/name finds: hf upload owner/name README.md; hf upload owner/name\n" +
			"best.safetensors model.safetensors.",
		Flags: []cli.Flag{
			&cli.PathFlag{Name: "evaluation", Usage: "`DIR` of seetell evaluate, or its report.json: scores with intervals; without it those of the run's own check", Destination: &o.evaluation},
			&cli.StringFlag{Name: "name", Usage: "`NAME` of the model, such as owner/name; by default the folder's", Destination: &o.source.Name},
			&cli.StringFlag{Name: "license", Usage: "`ID` of its licence, as the hub calls it: mit, apache-2.0, cc-by-4.0", Destination: &o.source.License},
			&cli.StringFlag{Name: "language", Usage: "`CODE` of the captions' language, such as en", Destination: &o.source.Language},
			&cli.PathFlag{Name: "out", Usage: "`FILE` to write instead; - for standard output", Destination: &o.out},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace a README.md that is there", Destination: &o.overwrite},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return usage(errors.New("name one checkpoint: seetell model card FILE|RUN"))
			}
			return o.run(c, c.Args().First())
		},
	}
}

func (o carding) run(c *cli.Context, model string) error {
	path := model
	if err := findModel(c, &path); err != nil {
		return err
	}
	if err := o.place(model, path); err != nil {
		return err
	}
	var err error
	if o.source.Model, err = checkpoint.Read(path); err != nil {
		return err
	}
	if o.evaluation != "" {
		if o.source.Report, err = evaluate.Load(reportOf(o.evaluation)); err != nil {
			return err
		}
	}
	if o.source.SHA256, err = checkpoint.Checksum(path); err != nil {
		return err
	}
	text, err := modelcard.Make(o.source)
	if err != nil {
		return err
	}
	if o.out == standardOutput {
		_, err := c.App.Writer.Write(text)
		return err
	}
	if err := wholefile.Write(o.out, text, 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.App.Writer, terminal.Line(o.out))
	return err
}

// place completes the model's name and where its card goes. A card is never
// written into the hub's cache, and not over another unless that is asked for.
func (o *carding) place(model, path string) error {
	fromHub := false
	if _, err := os.Stat(model); errors.Is(err, fs.ErrNotExist) {
		_, err := hub.Parse(hub.Models, model)
		fromHub = err == nil
	}
	switch {
	case o.source.Name != "":
	case fromHub:
		o.source.Name = model
	default:
		whole, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		o.source.Name = filepath.Base(filepath.Dir(whole))
	}
	if o.out == "" && fromHub {
		return usage(fmt.Errorf("%s lies in the hub's cache, where no card is written: name a file with --out", model))
	}
	if o.out == "" {
		o.out = filepath.Join(filepath.Dir(path), "README.md")
	}
	if info, err := os.Stat(o.out); err == nil && info.Mode().IsRegular() && !o.overwrite {
		return fmt.Errorf("%s is there already: give --overwrite to replace it, or another file with --out", o.out)
	}
	return nil
}

// reportOf returns the path of an evaluation's report.
func reportOf(evaluation string) string {
	if info, err := os.Stat(evaluation); err == nil && info.IsDir() {
		return filepath.Join(evaluation, "report.json")
	}
	return evaluation
}
