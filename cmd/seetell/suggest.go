package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/internal/meant"
)

// oneDash is a flag as package flag names it in errors: -beam.
var oneDash = regexp.MustCompile(`(defined: |argument: |flag )-([[:alnum:]])`)

// helped returns an error of reading flags with the flag written as people
// write it and, where there is none of its name, the one that was meant.
func helped(err error, command *cli.Command) error {
	text := oneDash.ReplaceAllString(err.Error(), "$1--$2")
	_, name, unknown := strings.Cut(text, "flag provided but not defined: --")
	if !unknown {
		return fmt.Errorf("%s", wanted(text, command))
	}
	return fmt.Errorf("no flag --%s%s", name, meantBy("--", name, flagNames(command)))
}

// wanted says what a flag's value should be, in place of "parse error".
func wanted(text string, command *cli.Command) string {
	before, wrong := strings.CutSuffix(text, ": parse error")
	if !wrong {
		return text
	}
	_, name, _ := strings.Cut(before, " for flag --")
	switch flagNamed(name, command).(type) {
	case *cli.IntFlag, *cli.Int64Flag, *cli.Uint64Flag:
		return before + ": give a whole number"
	case *cli.Float64Flag:
		return before + ": give a number"
	case *cli.DurationFlag:
		return before + ": give a time such as 30s or 10m"
	}
	return text
}

// flagNames lists the flags of a command.
func flagNames(command *cli.Command) []string {
	var names []string
	for _, flag := range command.Flags {
		names = append(names, flag.Names()...)
	}
	return append(names, "help")
}

// commandNames lists the commands.
func commandNames(commands []*cli.Command) []string {
	var names []string
	for _, command := range commands {
		if !command.Hidden {
			names = append(names, command.Names()...)
		}
	}
	return names
}

// noCommand is the action of a command that only has others below it: its help,
// or an error about one that there is not.
func noCommand(c *cli.Context) error {
	if !c.Args().Present() {
		return cli.ShowSubcommandHelp(c)
	}
	wrong := c.Args().First()
	return usage(fmt.Errorf("no command %q%s; %s %s --help lists them",
		wrong, meantBy("", wrong, commandNames(c.Command.Subcommands)), c.App.Name, c.Command.Name))
}

// meantBy ends a message with the name that a wrong one may stand for.
func meantBy(dashes, wrong string, names []string) string {
	name := meant.Name(wrong, names)
	if name == "" {
		return ""
	}
	return " (did you mean " + dashes + name + "?)"
}
