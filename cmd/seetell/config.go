package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/BurntSushi/toml"
	"github.com/urfave/cli/v2"
)

// configFlag names a TOML file whose keys are the command's flags.
func configFlag() cli.Flag {
	return &cli.PathFlag{Name: "config", Usage: "TOML `FILE` with values for flags, such as batch = 4; flags given win"}
}

// readConfig gives the flags that the command line leaves out the values of
// the file that --config names.
func readConfig(c *cli.Context) error {
	path := c.Path("config")
	if path == "" {
		return nil
	}
	var values map[string]any
	if _, err := toml.DecodeFile(path, &values); err != nil {
		return usage(fmt.Errorf("read %s: %w", path, err))
	}
	return applyConfig(c, path, values)
}

// applyConfig sets flags by name, those apart that are set already.
func applyConfig(c *cli.Context, path string, values map[string]any) error {
	var wrong []error
	for name, value := range values {
		if !hasFlag(c, name) {
			wrong = append(wrong, fmt.Errorf("%s: %q is no flag of %s%s", path, name, c.Command.Name, meant("", name, flagNames(c.Command))))
			continue
		}
		if c.IsSet(name) {
			continue
		}
		if err := c.Set(name, fmt.Sprint(value)); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %s = %v: %w", path, name, value, err))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return usage(err)
	}
	return nil
}

func hasFlag(c *cli.Context, name string) bool {
	return slices.ContainsFunc(c.Command.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
}
