package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/plots/attention"
)

// captioning is what the command caption was asked for.
type captioning struct {
	model     string
	options   captioner.Options
	beam      captioner.Beam
	list      string
	recursive bool
	format    string
	attention string
	names     map[string]string // of attention's files, by path
}

func captionCommand() *cli.Command {
	var o captioning
	return &cli.Command{
		Name:      "caption",
		Usage:     "describe pictures",
		ArgsUsage: "PICTURE… (files, folders, globs, or - for a picture on standard input)",
		Flags: append(append(modelFlags(&o.model, &o.options), beamFlags(&o.beam)...),
			&cli.IntFlag{Name: "n-best", Usage: "captions of each picture", Value: o.beam.Best, Destination: &o.beam.Best},
			&cli.BoolFlag{Name: "recursive", Usage: "look for pictures in folders within folders", Destination: &o.recursive},
			&cli.PathFlag{Name: "list", Usage: "`FILE` of paths, one a line; - for standard input", Destination: &o.list},
			&cli.StringFlag{Name: "format", Usage: "text, json or csv", Value: "text", Destination: &o.format},
			&cli.PathFlag{Name: "attention", Usage: "`DIR` for pictures of where the model looked, one set for each of the --n-best captions", Destination: &o.attention},
			configFlag(),
		),
		Action: func(c *cli.Context) error {
			if err := readConfig(c); err != nil {
				return err
			}
			if err := missing(c, "model"); err != nil {
				return err
			}
			return o.run(c)
		},
	}
}

func (o captioning) run(c *cli.Context) error {
	if err := o.beam.Validate(); err != nil {
		return usage(err)
	}
	write, err := captionWriter(o.format, c.App.Writer)
	if err != nil {
		return usage(err)
	}
	paths, err := inputs(c.Args().Slice(), o.list, o.recursive, os.Stdin)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return usage(errors.New("no picture named; seetell caption --model FILE PICTURE…"))
	}
	o.names = attention.Names(paths)
	model, err := captioner.Open(o.model, o.options)
	if err != nil {
		return err
	}
	defer model.Close()
	failed := 0
	for answer := range answers(c.Context, model, paths, o.beam) {
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

// answer is what came of one picture.
type answer struct {
	path     string
	picture  *picture.Picture
	captions []captioner.Caption
	err      error
}

// together is the number of pictures described at once.
const together = 8

// answers describes the pictures in order. The channel closes after the last.
func answers(ctx context.Context, model *captioner.Model, paths []string, b captioner.Beam) <-chan answer {
	out := make(chan answer)
	go func() {
		defer close(out)
		for first := 0; first < len(paths); first += together {
			batch := read(ctx, paths[first:min(first+together, len(paths))])
			describe(ctx, model, batch, b)
			for _, a := range batch {
				out <- a
			}
			if ctx.Err() != nil {
				return
			}
		}
	}()
	return out
}

// read decodes pictures side by side.
func read(ctx context.Context, paths []string) []answer {
	batch := make([]answer, len(paths))
	var group sync.WaitGroup
	for i, path := range paths {
		group.Go(func() {
			batch[i].path = path
			batch[i].picture, batch[i].err = readPicture(ctx, path)
		})
	}
	group.Wait()
	return batch
}

func readPicture(ctx context.Context, path string) (*picture.Picture, error) {
	data, err := readFile(ctx, path)
	if err != nil {
		return nil, plainPathError(err)
	}
	return picture.DecodeContext(ctx, data)
}

// readFile reads a picture's file. The user named it, so that it may be a
// pipe, whose other end may let us wait until ctx ends.
func readFile(ctx context.Context, path string) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := readNamed(path)
		done <- result{data, err}
	}()
	select {
	case r := <-done:
		return r.data, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func readNamed(path string) ([]byte, error) {
	if path == standardInput {
		return picture.Read(os.Stdin)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return picture.Read(file)
}

// plainPathError leaves out the path, which the caller names.
func plainPathError(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// describe fills in the captions of the pictures that could be read.
func describe(ctx context.Context, model *captioner.Model, batch []answer, b captioner.Beam) {
	var pictures []*picture.Picture
	var good []int
	for i, a := range batch {
		if a.err == nil {
			pictures, good = append(pictures, a.picture), append(good, i)
		}
	}
	captions, err := model.Caption(ctx, pictures, b)
	for k, i := range good {
		if err != nil {
			batch[i].err = err
		} else {
			batch[i].captions = captions[k]
		}
	}
}
