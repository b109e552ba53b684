package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/internal/terminal"
)

func modelCommand() *cli.Command {
	var format string
	return &cli.Command{
		Name:   "model",
		Usage:  "look into a checkpoint, average several, or write its card",
		Action: noCommand,
		Subcommands: []*cli.Command{averageCommand(), cardCommand(), {
			Name:      "describe",
			Usage:     "sizes, vocabulary, training and scores of a checkpoint",
			ArgsUsage: "FILE|RUN|OWNER/NAME",
			Flags:     []cli.Flag{&cli.StringFlag{Name: "format", Usage: "text or json", Value: "text", Destination: &format}},
			Action: func(c *cli.Context) error {
				if c.NArg() != 1 {
					return usage(errors.New("name one checkpoint: seetell model describe FILE"))
				}
				path := c.Args().First()
				if err := findModel(c, &path); err != nil {
					return err
				}
				meta, err := checkpoint.Read(path)
				if err != nil {
					return err
				}
				return describeModel(c.App.Writer, meta, format)
			},
		}},
	}
}

func averageCommand() *cli.Command {
	var out string
	return &cli.Command{
		Name:      "average",
		Usage:     "write a checkpoint with the mean weights of several, as of a run's last epochs",
		ArgsUsage: "FILE FILE…",
		Flags:     []cli.Flag{&cli.PathFlag{Name: "out", Usage: "`FILE` to write; - for standard output", Destination: &out}},
		Action: func(c *cli.Context) error {
			if out == "" || c.NArg() < 2 {
				return usage(errors.New("name two checkpoints or more, and one to write: seetell model average --out FILE FILE FILE"))
			}
			models := c.Args().Slice()
			if err := findModels(c, models); err != nil {
				return err
			}
			if out == standardOutput {
				return averageToOutput(c.App.Writer, models)
			}
			return captioner.AverageCheckpoints(models, out)
		},
	}
}

// averageToOutput writes the mean to standard output, which must be no
// terminal: a checkpoint is no text.
func averageToOutput(w io.Writer, paths []string) error {
	if _, ok := terminalFile(w); ok {
		return usage(errors.New("--out -: a checkpoint is no text for a terminal; name a file"))
	}
	folder, err := os.MkdirTemp("", "seetell")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "mean.safetensors")
	if err := captioner.AverageCheckpoints(paths, path); err != nil {
		return err
	}
	mean, err := os.Open(path)
	if err != nil {
		return err
	}
	defer mean.Close()
	_, err = io.Copy(behind(w), mean)
	return err
}

func describeModel(out io.Writer, m captioner.Metadata, format string) error {
	switch format {
	case "json":
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(m)
	case "text":
		return describeModelText(out, m)
	}
	return usage(fmt.Errorf("--format %q: give text or json", format))
}

func describeModelText(out io.Writer, m captioner.Metadata) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	row := func(name, format string, values ...any) {
		fmt.Fprintf(w, "%s\t%s\n", name, terminal.Line(fmt.Sprintf(format, values...)))
	}
	row("backbone", "%s, %s, grid %d × %d, features %d, feature norm %s", m.Model.Backbone, m.Model.Layers, m.Model.Grid, m.Model.Grid, m.Model.Features, m.Model.FeatureNorm)
	row("decoder", "embedding %d, hidden %d, attention %d, output %s", m.Model.Embedding, m.Model.Hidden, m.Model.Attention, m.Model.Output)
	row("pictures", "%d × %d pixels, %s", m.Preprocessing.Size, m.Preprocessing.Size, m.Preprocessing.Mode)
	row("vocabulary", "%d words, split into %s", len(m.Vocabulary), m.Tokenizer)
	row("data", "%s", text(m.Data))
	row("training", "%s", text(m.Training))
	epochs, err := m.Epochs()
	if err != nil {
		return err
	}
	for _, e := range epochs {
		fmt.Fprintf(w, "epoch %d\tloss %.4f, validation %.4f, BLEU-4 %.4f, ROUGE-L %.4f, CIDEr-D %.4f\n",
			e.Epoch, e.Loss, e.ValidationLoss, e.Scores["Bleu_4"], e.Scores["ROUGE_L"], e.Scores["CIDEr"])
	}
	return w.Flush()
}

func text(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "not named"
	}
	return string(raw)
}
