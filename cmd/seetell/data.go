package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/hub"
	"github.com/seetell/seetell/internal/terminal"
)

func dataCommand() *cli.Command {
	return &cli.Command{
		Name:  "data",
		Usage: "bring, describe and check data sets",
		Description: "SOURCE is a hub name (owner/name, owner/name@revision), a folder or file of\n" +
			"parquet, webdataset tar, Karpathy's or COCO's JSON, a folder of pictures with a\n" +
			"captions file, or demo.",
		Subcommands: []*cli.Command{downloadCommand(), describeDataCommand(), checkDataCommand()},
		Action:      noCommand,
	}
}

// downloadCommand is data download. What else it brings has a command of its
// own below it.
func downloadCommand() *cli.Command {
	return &cli.Command{
		Name:      "download",
		Usage:     "bring a data set of the Hugging Face hub into the cache that Python's huggingface_hub uses",
		ArgsUsage: "SOURCE",
		Description: "A download that was interrupted continues. HF_HOME, HF_HUB_CACHE, HF_ENDPOINT,\n" +
			"HF_TOKEN, HF_HUB_OFFLINE and the other variables of huggingface_hub are heeded.",
		Subcommands: append([]*cli.Command{downloadMeteorTable()}, downloadResNets()...),
		Action: func(c *cli.Context) error {
			source, err := oneSource(c)
			if err != nil {
				return err
			}
			if _, err := os.Stat(source); err == nil {
				return usage(fmt.Errorf("%s is on this machine already", source))
			}
			d, err := hub.Parse(hub.Datasets, source)
			if err != nil {
				return usage(err)
			}
			client := hub.Environment()
			client.Progress = progressOutput(c)
			folder, err := dataset.Download(c.Context, d, client)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.App.Writer, terminal.Line(folder))
			return err
		},
	}
}

// setFlags are those of the commands that open a set.
func setFlags(o *dataset.Options, format *string) []cli.Flag {
	return append([]cli.Flag{
		&cli.PathFlag{Name: "pictures", Usage: "`DIR` of the pictures that captions name", Destination: &o.Pictures},
		&cli.BoolFlag{Name: "outside", Usage: "captions files may name pictures outside their folder", Destination: &o.Outside},
		&cli.Int64Flag{Name: "seed", Usage: "of the splits of a set that has none", Value: 1, Destination: &o.Seed},
		&cli.IntFlag{Name: "limit", Usage: "pictures a split; 0 for all", Destination: &o.Limit},
		&cli.BoolFlag{Name: "strict", Usage: "refuse captions and pictures that are otherwise left out and counted", Destination: &o.Strict},
		&cli.StringFlag{Name: "format", Usage: "of the result: text or json", Value: "text", Destination: format},
	}, pictureFlags()...)
}

func describeDataCommand() *cli.Command {
	var o dataset.Options
	var format string
	return &cli.Command{
		Name:      "describe",
		Usage:     "tell a data set's splits, pictures, captions, words and fingerprint",
		ArgsUsage: "SOURCE",
		Flags:     setFlags(&o, &format),
		Action: func(c *cli.Context) error {
			return withSet(c, o, format, func(set *dataset.Set) error {
				split := func(caption string) []string { return checkpoint.Tokenize(checkpoint.WordTokenizer, caption) }
				bar := pictureBar(c, set)
				description, err := dataset.Describe(c.Context, set, split, bar.Done)
				bar.End()
				if err != nil {
					return err
				}
				if format == "json" {
					return printJSON(c.App.Writer, description)
				}
				return printStats(c.App.Writer, description)
			})
		},
	}
}

func checkDataCommand() *cli.Command {
	var o dataset.Options
	var format string
	return &cli.Command{
		Name:      "check",
		Usage:     "find broken, missing and repeated pictures, empty captions, and leaks between splits; exit code 1 if there are any",
		ArgsUsage: "SOURCE",
		Flags:     setFlags(&o, &format),
		Action: func(c *cli.Context) error {
			return withSet(c, o, format, func(set *dataset.Set) error {
				bar := pictureBar(c, set)
				problems, err := dataset.Check(c.Context, set, bar.Done)
				bar.End()
				if err != nil {
					return err
				}
				if format == "json" {
					err = printJSON(c.App.Writer, problemList(problems))
				} else {
					err = printProblems(c.App.Writer, problems)
				}
				if err == nil && problems.Total() > 0 {
					err = errReported
				}
				return err
			})
		},
	}
}

// withSet opens the SOURCE of the command line for f.
func withSet(c *cli.Context, o dataset.Options, format string, f func(*dataset.Set) error) error {
	source, err := oneSource(c)
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"text", "json"}, format) {
		return usage(fmt.Errorf("--format %q: give text or json", format))
	}
	o.Progress, o.PageCache = progressOutput(c), 8<<20 // pictures are read in their order
	debug.SetGCPercent(50)                             // large sets on small machines
	set, err := dataset.Open(c.Context, source, o)
	if err != nil {
		return err
	}
	return errors.Join(f(set), set.Close())
}

func oneSource(c *cli.Context) (string, error) {
	if c.NArg() != 1 {
		return "", usage(fmt.Errorf("data %s takes one SOURCE, %d were given", c.Command.Name, c.NArg()))
	}
	return c.Args().First(), nil
}

// progressOutput is where downloads may draw.
func progressOutput(c *cli.Context) io.Writer {
	if c.Bool("quiet") {
		return nil
	}
	return c.App.ErrWriter
}

// pictureBar begins a bar of the set's pictures; one that shows nothing where
// no bar is to be seen.
func pictureBar(c *cli.Context, set *dataset.Set) interface {
	Done(int)
	End()
} {
	bar := newProgress(c.App.ErrWriter)
	if bar == nil || c.Bool("quiet") {
		return noBar{}
	}
	total := 0
	for _, split := range set.Splits {
		total += split.Len()
	}
	bar.Begin("pictures", total)
	return bar
}

type noBar struct{}

func (noBar) Done(int) {}
func (noBar) End()     {}
