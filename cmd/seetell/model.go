package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
)

func modelCommand() *cli.Command {
	var format string
	return &cli.Command{
		Name:  "model",
		Usage: "look into a checkpoint, or average several",
		Subcommands: []*cli.Command{averageCommand(), {
			Name:      "describe",
			Usage:     "sizes, vocabulary, training and scores of a checkpoint",
			ArgsUsage: "FILE",
			Flags:     []cli.Flag{&cli.StringFlag{Name: "format", Usage: "text or json", Value: "text", Destination: &format}},
			Action: func(c *cli.Context) error {
				if c.NArg() != 1 {
					return usage(errors.New("name one checkpoint: seetell model describe FILE"))
				}
				meta, err := checkpoint.Read(c.Args().First())
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
		Flags:     []cli.Flag{&cli.PathFlag{Name: "out", Usage: "`FILE` to write", Destination: &out}},
		Action: func(c *cli.Context) error {
			if out == "" || c.NArg() < 2 {
				return usage(errors.New("name two checkpoints or more, and one to write: seetell model average --out FILE FILE FILE"))
			}
			return captioner.AverageCheckpoints(c.Args().Slice(), out)
		},
	}
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
	fmt.Fprintf(w, "backbone\t%s, %s, grid %d × %d, features %d, feature norm %s\n", m.Model.Backbone, m.Model.Layers, m.Model.Grid, m.Model.Grid, m.Model.Features, m.Model.FeatureNorm)
	fmt.Fprintf(w, "decoder\tembedding %d, hidden %d, attention %d, output %s\n", m.Model.Embedding, m.Model.Hidden, m.Model.Attention, m.Model.Output)
	fmt.Fprintf(w, "pictures\t%d × %d pixels, %s\n", m.Preprocessing.Size, m.Preprocessing.Size, m.Preprocessing.Mode)
	fmt.Fprintf(w, "vocabulary\t%d words, split into %s\n", len(m.Vocabulary), m.Tokenizer)
	fmt.Fprintf(w, "data\t%s\n", text(m.Data))
	fmt.Fprintf(w, "training\t%s\n", text(m.Training))
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
