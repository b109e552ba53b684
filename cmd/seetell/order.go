package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// flagsFirst moves the flags of a command before its other arguments, so that
// both "caption --model FILE photo.jpg" and "caption photo.jpg --model FILE"
// work. What stands behind "--" stays there.
func flagsFirst(args []string, commands []*cli.Command) []string {
	for i, arg := range args[min(1, len(args)):] {
		at := i + 1
		for _, command := range commands {
			if command.HasName(arg) {
				rest := order(args[at+1:], command)
				return append(slices.Clone(args[:at+1]), rest...)
			}
		}
	}
	return args
}

// helpLast makes "seetell train --help" of "seetell help train", so that both say
// the same, of names that there are not too.
func helpLast(args []string) []string {
	if len(args) > 2 && (args[1] == "help" || args[1] == "h") {
		return append(append(slices.Clone(args[:1]), args[2:]...), "--help")
	}
	return args
}

// globalsFirst moves the flags of the program itself, such as --quiet, before
// its command.
func globalsFirst(args []string, globals []cli.Flag) []string {
	program := &cli.Command{Flags: globals}
	first, rest := slices.Clone(args[:min(1, len(args))]), []string(nil)
	for i := 1; i < len(args); i++ {
		name, _, _ := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		switch {
		case args[i] == "--":
			return slices.Concat(first, rest, args[i:])
		case !strings.HasPrefix(args[i], "--") || flagNamed(name, program) == nil:
			rest = append(rest, args[i])
		case takesValue(args[i], program) && i+1 < len(args):
			first = append(first, args[i], args[i+1])
			i++
		default:
			first = append(first, args[i])
		}
	}
	return append(first, rest...)
}

func order(args []string, command *cli.Command) []string {
	if len(command.Subcommands) > 0 {
		return flagsFirst(append([]string{""}, args...), command.Subcommands)[1:]
	}
	var flags, others []string
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "--":
			return slices.Concat(flags, args[i:i+1], others, args[i+1:])
		case !strings.HasPrefix(arg, "-") || arg == standardInput:
			others = append(others, arg)
		default:
			flags = append(flags, arg)
			if i+1 < len(args) && takesValue(arg, command) {
				i++
				flags = append(flags, args[i])
			}
		}
	}
	return append(flags, others...)
}

// takesValue tells whether the argument behind a flag is its value.
func takesValue(arg string, command *cli.Command) bool {
	flag := flagNamed(strings.TrimLeft(arg, "-"), command)
	_, boolean := flag.(*cli.BoolFlag)
	return flag != nil && !boolean
}

// flagNamed returns the command's flag of a name, or nil.
func flagNamed(name string, command *cli.Command) cli.Flag {
	for _, flag := range command.Flags {
		if slices.Contains(flag.Names(), name) {
			return flag
		}
	}
	return nil
}
