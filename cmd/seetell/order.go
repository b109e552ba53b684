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
	if strings.Contains(arg, "=") {
		return false
	}
	name := strings.TrimLeft(arg, "-")
	for _, flag := range command.Flags {
		if slices.Contains(flag.Names(), name) {
			_, boolean := flag.(*cli.BoolFlag)
			return !boolean
		}
	}
	return false
}
