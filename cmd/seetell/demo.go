package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/demo"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/evaluate/grounding"
	"github.com/seetell/seetell/internal/wholefile"
)

func demoCommand() *cli.Command {
	var d demonstration
	return &cli.Command{
		Name:      "demo",
		Usage:     "train, evaluate, plot and caption on the built-in set",
		ArgsUsage: " ",
		Description: "Runs the other commands one after another, and shows each as you would type it.\n" +
			"The set is drawn, so nothing is downloaded; it takes some minutes on two cores.",
		Flags: append([]cli.Flag{
			&cli.PathFlag{Name: "out", Usage: "`DIR` for everything", Value: "demo", Destination: &d.out},
		}, deviceFlags(&d.device, &d.precision, "auto")...),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			d.output, d.messages = c.App.Writer, c.App.ErrWriter
			return d.run(c.Context)
		},
	}
}

// demonstration is what the command demo was asked for.
type demonstration struct {
	out              string
	device           string
	precision        captioner.Precision
	output, messages io.Writer
}

func (d demonstration) run(ctx context.Context) error {
	run, evaluation := d.path("run"), d.path("evaluation")
	best := filepath.Join(run, "best.safetensors")
	if _, err := os.Stat(run); err == nil {
		return fmt.Errorf("%s is there already; remove it, or choose another folder with --out", run)
	}
	if err := d.drawPictures(); err != nil {
		return err
	}
	for _, step := range [][]string{
		{"train", "--recipe", "demo", "--data", "demo", "--out", run, "--device", d.device, "--precision", string(d.precision)},
		{"evaluate", "--model", best, "--data", "demo", "--split", "test", "--out", evaluation, "--device", d.device},
		{"plot", "--report", filepath.Join(evaluation, "report.json"), "--history", filepath.Join(run, "history.jsonl"), "--out", d.path("plots")},
		{"report", "--run", run, "--evaluation", evaluation, "--out", d.path("report.html")},
		{"caption", "--model", best, "--attention", d.path("attention"), "--device", d.device, d.path("pictures")},
	} {
		fmt.Fprintf(d.output, "\n$ seetell %s\n", strings.Join(step, " "))
		app := application(d.output, d.messages)
		if err := app.RunContext(ctx, append([]string{app.Name}, step...)); err != nil {
			return err
		}
	}
	if err := d.check(filepath.Join(evaluation, "captions.json")); err != nil {
		return err
	}
	if err := d.looked(filepath.Join(evaluation, "report.json")); err != nil {
		return err
	}
	fmt.Fprintf(d.output, "\nOpen %s in a browser, and look at %s.\n", d.path("report.html"), d.path("attention"))
	return nil
}

func (d demonstration) path(name string) string { return filepath.Join(d.out, name) }

// newSeed draws pictures that are in no split of the set that is trained on.
const newSeed = 2026

// drawnPictures is the number of new pictures that the demo captions.
const drawnPictures = 12

// drawPictures writes new pictures of scenes that training never shows.
func (d demonstration) drawPictures() error {
	folder := d.path("pictures")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	splits := demo.New(newSeed)
	for i, p := range splits[len(splits)-1].Pictures[:drawnPictures] {
		data, err := p.PNG()
		if err != nil {
			return err
		}
		name := fmt.Sprintf("%02d-%d-%s-%s-%s.png", i+1, p.Count, p.Colour, p.Thing, p.Place)
		if err := wholefile.Write(filepath.Join(folder, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// check compares the captions of the test split with the scenes that were
// drawn and says how many name each property rightly.
func (d demonstration) check(path string) error {
	results, err := evaluate.ReadCaptions(path)
	if err != nil {
		return err
	}
	captions := results.Captions()
	var right [4]int
	splits := demo.New(demoSeed)
	test := splits[len(splits)-1]
	for _, p := range test.Pictures {
		thing, colour, count, place := demo.Check(captions[p.ID], p.Scene)
		for i, ok := range []bool{thing, colour, count, place} {
			if ok {
				right[i]++
			}
		}
	}
	fmt.Fprintf(d.output, "\nOf 100 captions of scenes that training never showed, so many name rightly:\n")
	w := tabwriter.NewWriter(d.output, 0, 4, 2, ' ', tabwriter.AlignRight)
	for i, property := range []string{"thing", "colour", "count", "place"} {
		fmt.Fprintf(w, "%s\t%.1f\t\n", property, 100*float64(right[i])/float64(len(test.Pictures)))
	}
	return w.Flush()
}

// looked says whether the place that was most attended to lies where it should,
// beside what always looking at the picture's centre would have come to.
func (d demonstration) looked(path string) error {
	var report struct{ Grounding *grounding.Report }
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	g := report.Grounding
	if g == nil || g.Around == nil {
		return fmt.Errorf("read %s: it does not say where attention lay", path)
	}
	fmt.Fprintf(d.output, "\nOf the place that it looked at most, so many hundredths lie where they should, and of the picture's centre:\n")
	w := tabwriter.NewWriter(d.output, 0, 4, 2, ' ', tabwriter.AlignRight)
	line := func(words string, f grounding.Figures) {
		fmt.Fprintf(w, "%s\t%.0f\t%.0f\t\n", words, 100*f.Pointing, 100*f.Centre)
	}
	line("for the thing, in the things", g.Classes["thing"])
	line("for the colour, in the things", g.Classes["colour"])
	line("for the place, outside of them", g.Around.Figures)
	return w.Flush()
}

// demoSeed is train's and evaluate's default seed, which the demo set follows.
const demoSeed = 1
