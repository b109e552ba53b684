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
		return fmt.Errorf("%s", text)
	}
	return fmt.Errorf("no flag --%s%s", name, meantBy("--", name, flagNames(command)))
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
