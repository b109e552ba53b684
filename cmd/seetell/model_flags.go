package main

import (
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner"
)

// modelFlags say which checkpoint runs, and where, and what its pictures may
// cost.
func modelFlags(path *string, o *captioner.Options) []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.PathFlag{Name: "model", Usage: "checkpoint `FILE`", Destination: path, EnvVars: []string{"SEETELL_MODEL"}},
	}, deviceFlags(&o.Device, &o.Precision, captioner.PrecisionFloat32), pictureFlags())
}

// deviceFlags are those of every command that runs a model.
func deviceFlags(device *string, precision *captioner.Precision, usual captioner.Precision) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "device", Usage: "`DEVICE`: auto, cpu, cuda or cuda:1", Value: "auto", Destination: device, EnvVars: []string{"SEETELL_DEVICE"}},
		&cli.StringFlag{Name: "precision", Usage: "number `FORMAT` of products: auto, float32 or bfloat16", Value: string(usual), Destination: (*string)(precision), EnvVars: []string{"SEETELL_PRECISION"}},
	}
}

// beamFlags say how captions are searched for.
func beamFlags(b *captioner.Beam) []cli.Flag {
	*b = captioner.DefaultBeam()
	return []cli.Flag{
		&cli.IntFlag{Name: "beam", Usage: "hypotheses kept in the search", Value: b.Width, Destination: &b.Width},
		&cli.IntFlag{Name: "max-words", Usage: "words of a caption at most, its end counted", Value: b.MaxWords, Destination: &b.MaxWords},
		&cli.Float64Flag{Name: "length-penalty", Usage: "`ALPHA` of Wu et al. 2016; 0 ranks by log-probability", Value: b.LengthPenalty, Destination: &b.LengthPenalty},
	}
}
