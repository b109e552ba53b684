package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/torch"
)

// modelsFlags say which checkpoints run, and where, and what their pictures may
// cost. Several caption together.
func modelsFlags(models *paths, views *string, o *captioner.Options) []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.GenericFlag{Name: "model", Usage: modelHelp + "; repeat it for several that caption together, by the mean of their probabilities; $SEETELL_MODEL where there is none", Value: models},
		&cli.StringFlag{Name: "views", Usage: "flip: see each picture mirrored too, and take the mean of both", Value: "one", Destination: views},
	}, deviceFlags(&o.Device, &o.Precision, captioner.PrecisionFloat32), pictureFlags())
}

// chosen returns the checkpoints that --model names, or $SEETELL_MODEL where it
// names none.
func (p paths) chosen(c *cli.Context) (paths, error) {
	if model := os.Getenv("SEETELL_MODEL"); model != "" && len(p) == 0 {
		p = paths{model}
	}
	if len(p) == 0 {
		return nil, noModel(c)
	}
	return p, nil
}

// flipped reads --views.
func flipped(views string) (bool, error) {
	if views != "one" && views != "flip" {
		return false, usage(fmt.Errorf("--views %q: give one or flip", views))
	}
	return views == "flip", nil
}

// deviceFlags are those of every command that runs a model.
func deviceFlags(device *string, precision *captioner.Precision, usual captioner.Precision) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "device", Usage: "`DEVICE`: auto, cpu, cuda or cuda:1", Value: "auto", Destination: device, EnvVars: []string{"SEETELL_DEVICE"}, Action: knownDevice},
		&cli.StringFlag{Name: "precision", Usage: "number `FORMAT` of products: auto, float32 or bfloat16", Value: string(usual), Destination: (*string)(precision), EnvVars: []string{"SEETELL_PRECISION"}, Action: knownPrecision},
	}
}

// devices are the names of devices; privateuseone is one of tests.
var devices = regexp.MustCompile(`^(auto|cpu|cuda(:\d+)?|privateuseone)$`)

func knownDevice(_ *cli.Context, name string) error {
	if !devices.MatchString(name) {
		return usage(fmt.Errorf("--device %q: give auto, cpu, cuda or cuda:N", name))
	}
	return nil
}

func knownPrecision(_ *cli.Context, name string) error {
	switch captioner.Precision(name) {
	case captioner.PrecisionAuto, captioner.PrecisionFloat32, captioner.PrecisionBFloat16:
		return nil
	}
	return usage(fmt.Errorf("--precision %q: give auto, float32 or bfloat16", name))
}

// warnIfSlow warns of a precision that the device imitates.
func warnIfSlow(o captioner.Options) {
	if device, err := torch.ParseDevice(o.Device); err == nil && o.Precision.Slow(device) {
		logrus.WithField("precision", o.Precision).Warn(captioner.Imitated)
	}
}

// atLeast refuses numbers of a flag below the least.
func atLeast(least int, name string) func(*cli.Context, int) error {
	return func(_ *cli.Context, n int) error {
		if n < least {
			return usage(fmt.Errorf("--%s %d: must be %d or more", name, n, least))
		}
		return nil
	}
}

// beamFlags say how captions are searched for.
func beamFlags(b *captioner.Beam) []cli.Flag {
	if b.Width == 0 {
		*b = captioner.DefaultBeam()
	}
	return []cli.Flag{
		&cli.IntFlag{Name: "beam", Usage: "hypotheses kept in the search", Value: b.Width, Destination: &b.Width},
		&cli.IntFlag{Name: "max-words", Usage: "words of a caption at most, its end counted", Value: b.MaxWords, Destination: &b.MaxWords},
		&cli.IntFlag{Name: "min-words", Usage: "words of a caption at least", Value: b.MinWords, Destination: &b.MinWords},
		&cli.IntFlag{Name: "no-repeat", Usage: "say no run of `N` words twice; 0 lets it", Value: b.NoRepeat, Destination: &b.NoRepeat},
		&cli.Float64Flag{Name: "length-penalty", Usage: "`ALPHA` of Wu et al. 2016; 0 ranks by log-probability", Value: b.LengthPenalty, Destination: &b.LengthPenalty},
	}
}

// drawFlags ask for captions that differ: groups of the search, or draws.
func drawFlags(b *captioner.Beam) []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "groups", Usage: "parts of the beam that search one behind the other, away from those before (Vijayakumar et al. 2016)", Value: b.Groups, Destination: &b.Groups},
		&cli.Float64Flag{Name: "diversity", Usage: "what a word costs, in nats, for each time that a group before says it at the same step", Value: b.Diversity, Destination: &b.Diversity},
		&cli.BoolFlag{Name: "sample", Usage: "draw --n-best captions at random instead of searching", Destination: &b.Sample},
		&cli.Float64Flag{Name: "temperature", Usage: "of --sample: below 1 the likely words grow likelier; 0 stands for 1", Value: b.Temperature, Destination: &b.Temperature},
		&cli.IntFlag{Name: "top-k", Usage: "--sample from the `K` likeliest words; 0 for all", Value: b.TopK, Destination: &b.TopK},
		&cli.Float64Flag{Name: "top-p", Usage: "--sample from the fewest words that have probability `P` together; 0 for all", Value: b.TopP, Destination: &b.TopP},
		&cli.Uint64Flag{Name: "seed", Usage: "of --sample", Value: b.Seed, Destination: &b.Seed},
	}
}
