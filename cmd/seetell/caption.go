package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/plots/attention"
	"github.com/seetell/seetell/torch/distributed"
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
	out       string            // file for the captions; empty for standard output
	resume    bool
	overwrite bool
	sidecars  sidecars
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
			&cli.StringFlag{Name: "format", Usage: "text, json or csv; json has a file name that is no UTF-8 to the byte, in base64, as file_bytes", Value: "text", Destination: &o.format},
			&cli.PathFlag{Name: "attention", Usage: "`DIR` for pictures of where the model looked, one set for each of the --n-best captions", Destination: &o.attention},
			&cli.PathFlag{Name: "out", Usage: "write the captions to `FILE`, each as it comes", Destination: &o.out},
			&cli.BoolFlag{Name: "resume", Usage: "go on with the --out that an interrupted run left: pictures in it are not described again, those that failed are, and their errors go", Destination: &o.resume},
			&cli.BoolFlag{Name: "overwrite", Usage: "begin --out anew where it holds something, once there is a caption", Destination: &o.overwrite},
			&cli.BoolFlag{Name: "xmp", Usage: "write each caption into a sidecar, PICTURE.xmp, as dc:description, which digiKam, darktable, Immich and PhotoPrism read", Destination: &o.sidecars.on},
			&cli.BoolFlag{Name: "replace", Usage: "with --xmp: write over descriptions that are there", Destination: &o.sidecars.replace},
			configFlag(),
			&cli.StringSliceFlag{Name: "forbid", Usage: "`WORD` never to be said; may be given several times", Destination: &o.forbidden},
		), append(drawFlags(&o.beam), worldFlags()...)...),
		Action: func(c *cli.Context) (err error) {
			if err := readConfig(c); err != nil {
				return err
			}
			if o.models, err = o.models.chosen(c); err != nil {
				return err
			}
			return o.run(c)
		},
	}
}

func (o captioning) run(c *cli.Context) error {
	o.beam.Forbidden = o.forbidden.Value()
	if err := flagged(o.beam.Validate(), c.Command); err != nil {
		return usage(err)
	}
	if !slices.Contains(captionFormats, o.format) {
		return usage(fmt.Errorf("--format %q: give one of %s", o.format, strings.Join(captionFormats, ", ")))
	}
	if (o.resume || o.overwrite) && !o.toFile() {
		return usage(errors.New("--resume and --overwrite are of the file of --out: name it"))
	}
	var err error
	if o.options.Flip, err = flipped(o.views); err != nil {
		return err
	}
	return inWorld(c, &o.options.Device, func(world *distributed.World) error { return o.caption(c, world) })
}

// caption describes the pictures, or a process's share of them, which rank 0
// lists and writes.
func (o *captioning) caption(c *cli.Context, world *distributed.World) (err error) {
	var list pictureList
	var to results
	if world.Rank() == 0 {
		if list, to, err = o.begin(c, world); err != nil {
			return err
		}
		if to.file != nil {
			defer func() { to.file.Close() }() // the one that is open then
		}
	}
	if err := list.share(world); err != nil {
		return err
	}
	o.names = attention.Names(list.All)
	if err := findModels(c, o.models); err != nil {
		return err
	}
	if err := o.sparesInputs(o.models...); err != nil {
		return err
	}
	o.options.Pictures = len(list.Left) // of all processes
	model, err := captioner.OpenAll(o.models, o.options)
	if err != nil {
		return err
	}
	defer model.Close()
	work := describing{model: model, beam: o.beam, given: list.Given, keep: o.attention != ""}
	if world.Rank() > 0 {
		for range o.described(c.Context, world, list.Left, work, &err) { // nothing comes: rank 0 has it
		}
		return err
	}
	warnIfSlow(o.options)
	return errors.Join(o.describe(c, world, list.Left, work, to), o.sidecars.done())
}

// begin lists the pictures and opens what their captions go to.
func (o *captioning) begin(c *cli.Context, world *distributed.World) (list pictureList, to results, err error) {
	if list.All, list.Given, err = o.pictures(c); err != nil {
		return list, to, err
	}
	if err := onePicture(world, list.All); err != nil {
		return list, to, err
	}
	if err := o.sidecars.check(*o, list.All); err != nil {
		return list, to, usage(err)
	}
	list.Left = list.All
	if !o.toFile() {
		return list, results{write: captionWriter(o.format, c.App.Writer, false)}, nil
	}
	if err := o.sparesInputs(slices.Concat(list.All, o.models, paths{o.list, o.given, c.Path("config")})...); err != nil {
		return list, to, err
	}
	file, err := openCaptions(o.out, o.format, o.resume, o.overwrite)
	if err != nil {
		return list, to, err
	}
	list.Left = file.left(list.All, func(path string) int { return o.lines(list.Given[path]) })
	return list, results{write: file.writer(o.format), file: file, before: len(list.All) - len(list.Left)}, nil
}

// lines returns how many lines of a file are of one picture, with the captions that
// are given of it.
func (o *captioning) lines(given []string) int {
	switch {
	case o.format == "json":
		return 1
	case o.given != "":
		return len(given)
	}
	return o.beam.Best
}

// toFile tells whether the captions go to a file, not to standard output.
func (o *captioning) toFile() bool { return o.out != "" && o.out != standardOutput }

// results is where answers go.
type results struct {
	write  func(answer) error
	file   *captionFile // nil for standard output
	before int          // pictures that were described already
}

// old tells whether the file still holds what --overwrite would have taken out.
func (r results) old() bool { return r.file != nil && r.file.old }

// describe describes the pictures and writes what comes of each.
func (o *captioning) describe(c *cli.Context, world *distributed.World, paths []string, work describing, to results) error {
	bar, failed, done := o.counter(c), 0, to.before
	defer bar.end()
	var broken error
	for answer := range o.described(c.Context, world, paths, work, &broken) {
		if answer.err != nil {
			if c.Context.Err() != nil && world.Size() == 1 {
				break
			}
			failed++
			bar.end()
			fmt.Fprintf(c.App.ErrWriter, "seetell: %s: %s\n", terminal.Line(answer.path), terminal.Line(advised(answer.err).Error()))
		}
		if err := to.write(answer); err != nil {
			return err
		}
		o.sidecars.write(answer, c.App.ErrWriter)
		done++
		bar.count(done, to.before+len(paths))
	}
	if to.file != nil {
		if err := to.file.end(); err != nil {
			return err
		}
	}
	if broken != nil && !errors.Is(broken, distributed.ErrStopped) {
		return broken
	}
	return o.ended(cmp.Or(broken, c.Context.Err()), done, failed, to.before+len(paths), to.old())
}

// counter shows how many pictures are described, unless the captions come on
// the same terminal.
func (o *captioning) counter(c *cli.Context) *counter {
	if _, seen := terminalFile(c.App.Writer); seen && !o.toFile() {
		return &counter{}
	}
	return newCounter(c, "pictures")
}

// ended says what became of the pictures: an error where some were not described.
// Old tells that the file of --out is as it was.
func (o *captioning) ended(err error, done, failed, all int, old bool) error {
	hint := ""
	if old {
		hint = fmt.Sprintf("; %s is as it was", o.out)
	}
	if err != nil && done < all {
		if o.toFile() && !old {
			hint = "; the same command with --resume goes on"
		}
		return fmt.Errorf("interrupted: %d of %d pictures done%s: %w", done, all, hint, err)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d pictures could not be described%s", failed, all, hint)
	}
	if o.toFile() {
		logrus.WithFields(logrus.Fields{"pictures": all, "file": o.out}).Info("captions are written")
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
	paths, left, err := inputs(c.Args().Slice(), o.list, o.recursive, os.Stdin)
	left.log()
	if err == nil && len(paths) == 0 {
		err = usage(errors.New("no picture named; seetell caption --model FILE PICTURE…"))
	}
	return paths, nil, err
}
