package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/plots/attention"
)

// captioning is what the command caption was asked for.
type captioning struct {
	models    paths
	views     string
	options   captioner.Options
	beam      captioner.Beam
	list      string
	recursive bool
	format    string
	attention string
	given     string
	forbidden cli.StringSlice
	names     map[string]string // of attention's files, by path
}

func captionCommand() *cli.Command {
	var o captioning
	return &cli.Command{
		Name:      "caption",
		Usage:     "describe pictures",
		ArgsUsage: "PICTURE… (files, folders, globs, or - for a picture on standard input)",
		Flags: append(append(append(modelsFlags(&o.models, &o.views, &o.options), beamFlags(&o.beam)...),
			&cli.IntFlag{Name: "n-best", Usage: "captions of each picture", Value: o.beam.Best, Destination: &o.beam.Best},
			&cli.PathFlag{Name: "given", Usage: "`FILE` of captions in JSON lines, {\"file\", \"caption\"}, - for standard input: say how likely each of their words is and where the model looked for it", Destination: &o.given},
			&cli.BoolFlag{Name: "recursive", Usage: "look for pictures in folders within folders", Destination: &o.recursive},
			&cli.PathFlag{Name: "list", Usage: "`FILE` of paths, one a line; - for standard input", Destination: &o.list},
			&cli.StringFlag{Name: "format", Usage: "text, json or csv", Value: "text", Destination: &o.format},
			&cli.PathFlag{Name: "attention", Usage: "`DIR` for pictures of where the model looked, one set for each of the --n-best captions", Destination: &o.attention},
			configFlag(),
			&cli.StringSliceFlag{Name: "forbid", Usage: "`WORD` never to be said; may be given several times", Destination: &o.forbidden},
		), drawFlags(&o.beam)...),
		Action: func(c *cli.Context) error {
			if err := readConfig(c); err != nil {
				return err
			}
			if model := os.Getenv("SEETELL_MODEL"); model != "" && len(o.models) == 0 {
				o.models = paths{model}
			}
			if len(o.models) == 0 {
				return noModel(c)
			}
			return o.run(c)
		},
	}
}

func (o captioning) run(c *cli.Context) error {
	o.beam.Forbidden = o.forbidden.Value()
	if err := o.beam.Validate(); err != nil {
		return usage(err)
	}
	write, err := captionWriter(o.format, c.App.Writer)
	if err != nil {
		return usage(err)
	}
	paths, given, err := o.pictures(c)
	if err != nil {
		return err
	}
	o.names = attention.Names(paths)
	if o.options.Flip, err = flipped(o.views); err != nil {
		return usage(err)
	}
	if err := findModels(c, o.models); err != nil {
		return err
	}
	model, err := captioner.OpenAll(o.models, o.options)
	if err != nil {
		return err
	}
	defer model.Close()
	work := describing{model: model, beam: o.beam, given: given, keep: o.attention != ""}
	failed := 0
	for answer := range answers(c.Context, paths, work) {
		if answer.err != nil {
			if err := c.Context.Err(); err != nil {
				return err
			}
			failed++
			fmt.Fprintf(c.App.ErrWriter, "seetell: %s: %s\n", terminal.Line(answer.path), terminal.Line(advised(answer.err).Error()))
		} else if err := o.draw(model, answer); err != nil {
			return err
		}
		if err := write(answer); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d pictures could not be described", failed, len(paths))
	}
	return nil
}

// pictures lists the pictures that are described, and the captions that are
// given with them, by path.
func (o captioning) pictures(c *cli.Context) (paths []string, given map[string][]string, err error) {
	if o.given != "" {
		if c.NArg() > 0 || o.list != "" {
			return nil, nil, usage(errors.New("--given names the pictures: name no others beside it"))
		}
		return readGiven(o.given, os.Stdin)
	}
	paths, err = inputs(c.Args().Slice(), o.list, o.recursive, os.Stdin)
	if err == nil && len(paths) == 0 {
		err = usage(errors.New("no picture named; seetell caption --model FILE PICTURE…"))
	}
	return paths, nil, err
}
