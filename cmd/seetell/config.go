package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
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
	text, err := readSettings(path)
	if err == nil {
		_, err = toml.Decode(text, &values)
	}
	if err != nil {
		return usage(fmt.Errorf("read %s: %w", path, err))
	}
	return applyConfig(c, path, values)
}

// Limits of a settings file: what reading it takes grows with the square of how
// deep its keys go.
const (
	mostSettings = 256 << 10 // bytes
	mostParts    = 64        // dots of a line
	mostNested   = 1000      // brackets of all
	mostWrong    = 20        // mistakes that are told
)

// readSettings reads a file, or what a pipe gives, within the limits.
func readSettings(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostSettings+1))
	if err != nil {
		return "", err
	}
	if len(text) > mostSettings {
		return "", fmt.Errorf("more than %d KB, which no settings take", mostSettings>>10)
	}
	for line := range bytes.Lines(text) {
		if bytes.Count(line, []byte(".")) > mostParts {
			return "", fmt.Errorf("a line with more than %d dots: settings are names of flags and values", mostParts)
		}
	}
	if bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) > mostNested {
		return "", fmt.Errorf("more than %d brackets: settings are names of flags and values", mostNested)
	}
	return string(text), nil
}

// applyConfig sets flags by name, those apart that are set already.
func applyConfig(c *cli.Context, path string, values map[string]any) error {
	var wrong []error
	for name, value := range values {
		if len(wrong) == mostWrong {
			break
		}
		flag := settable(c, name)
		if flag == nil {
			wrong = append(wrong, fmt.Errorf("%s: %q is no flag of %s%s", path, name, c.Command.Name, meantBy("", name, flagNames(c.Command))))
			continue
		}
		if c.IsSet(name) {
			continue
		}
		if err := setFlag(c, flag, name, value); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %s = %v: %w", path, name, value, err))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return usage(err)
	}
	return nil
}

// settable returns the command's flag of a name that a file may set, or nil.
func settable(c *cli.Context, name string) cli.Flag {
	i := slices.IndexFunc(c.Command.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
	if i < 0 || name == "config" || slices.Contains(cli.HelpFlag.Names(), name) {
		return nil
	}
	return c.Command.Flags[i]
}

// setFlag gives a flag a value of TOML, or, where it may be given several times,
// each of a list.
func setFlag(c *cli.Context, flag cli.Flag, name string, value any) error {
	all, list := value.([]any)
	if !list {
		all = []any{value}
	} else if !repeatable(flag) {
		return errors.New("it takes one value, not a list")
	}
	for _, one := range all {
		switch one.(type) {
		case []any, map[string]any, []map[string]any:
			return errors.New("it takes no lists or tables within")
		}
		if err := c.Set(name, fmt.Sprint(one)); err != nil {
			return err
		}
	}
	return nil
}

// repeatable reports whether a flag may be given several times.
func repeatable(flag cli.Flag) bool {
	if generic, ok := flag.(*cli.GenericFlag); ok {
		_, ok = generic.Value.(*paths)
		return ok
	}
	_, ok := flag.(*cli.StringSliceFlag)
	return ok
}
