package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"
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
	return fmt.Errorf("no flag --%s%s", name, meant("--", name, flagNames(command)))
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
		wrong, meant("", wrong, commandNames(c.Command.Subcommands)), c.App.Name, c.Command.Name))
}

// meant ends a message with the name that a wrong one may stand for.
func meant(dashes, wrong string, names []string) string {
	best, least := "", 1<<30
	for _, name := range names {
		if d := unlike(strings.ToLower(wrong), name); d < least {
			best, least = name, d
		}
	}
	if best == "" || least > max(1, len(wrong)/3) {
		return ""
	}
	return " (did you mean " + dashes + best + "?)"
}

// unlike is how far a wrong name is from one that there is: 0 for its words'
// first letters (lr for learning-rate), 1 where one begins the other at the end
// of a word (batch-size for batch), else the letters that differ.
func unlike(wrong, name string) int {
	initials := ""
	for word := range strings.SplitSeq(name, "-") {
		initials += word[:min(1, len(word))]
	}
	wrong = strings.NewReplacer("_", "-").Replace(wrong)
	switch {
	case wrong == name || len(initials) > 1 && wrong == initials:
		return 0
	case strings.HasPrefix(wrong, name+"-") || strings.HasPrefix(name, wrong+"-") || strings.HasSuffix(wrong, "-"+name) || strings.HasSuffix(name, "-"+wrong):
		return 1
	}
	return distance(wrong, name)
}

// distance counts the letters that must be put in, left out or changed to make
// b of a (Levenshtein 1966).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
