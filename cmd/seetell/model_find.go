package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner/checkpoint"
)

// modelHelp says what a flag or argument that names a model may be.
const modelHelp = "checkpoint `FILE`, the folder of a run for its best one, or a name on the hub (owner/name, owner/name@revision)"

// findModel makes of a model's name the path of its checkpoint: the one door
// of all commands that take a model.
func findModel(c *cli.Context, name *string) error {
	path, err := checkpoint.Find(c.Context, *name, progressOutput(c))
	if err == nil {
		*name = path
	}
	return err
}

// findModels is findModel for each of several.
func findModels(c *cli.Context, names []string) error {
	for i := range names {
		if err := findModel(c, &names[i]); err != nil {
			return err
		}
	}
	return nil
}

// noModel returns the usage error of a command that was given no model.
func noModel(c *cli.Context) error {
	return usage(fmt.Errorf(`--model is missing: name a checkpoint, the folder of a run, or a model on the hub, or set SEETELL_MODEL. `+
		"`%[1]s train --data SOURCE --out DIR` makes one, `%[1]s demo --out DIR` a small one in minutes; %[1]s %[2]s --help lists the flags", c.App.Name, c.Command.Name))
}
