package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/train"
)

// shellNames are the shells that completion writes a script for.
const shellNames = "bash fish zsh"

// completionFor returns what writes a shell's script; nil for an unknown one.
func completionFor(shell string) func(*cli.App) (string, error) {
	switch shell {
	case "bash":
		return func(app *cli.App) (string, error) { return bashCompletion(app), nil }
	case "zsh":
		return func(app *cli.App) (string, error) {
			return "#compdef seetell\nautoload -U +X bashcompinit && bashcompinit\n" + bashCompletion(app), nil
		}
	case "fish":
		return fishCompletion
	}
	return nil
}

func completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print what a shell completes seetell's commands and flags with",
		ArgsUsage: "bash|zsh|fish",
		Description: "bash: seetell completion bash > ~/.local/share/bash-completion/completions/seetell; " +
			"zsh: seetell completion zsh > _seetell, in a folder of $fpath; " +
			"fish: seetell completion fish > ~/.config/fish/completions/seetell.fish",
		Action: func(c *cli.Context) error {
			script := completionFor(c.Args().First())
			if script == nil || c.NArg() != 1 {
				return usage(errors.New("name a shell: seetell completion bash, zsh or fish"))
			}
			return printed(c, script)
		},
	}
}

func manualCommand() *cli.Command {
	return &cli.Command{
		Name:  "manual",
		Usage: "print the manual page, for man",
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return printed(c, func(app *cli.App) (string, error) { return app.ToManWithSection(1) })
		},
	}
}

func versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the version",
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			_, err := fmt.Fprintf(c.App.Writer, "seetell %s, %s, %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// printed writes a text that is made of all commands, also where the command
// itself is being run.
func printed(c *cli.Context, text func(*cli.App) (string, error)) error {
	app := application(io.Discard, io.Discard)
	app.Setup()
	script, err := text(app)
	if err != nil {
		return err
	}
	_, err = io.WriteString(c.App.Writer, strings.TrimRight(script, "\n")+"\n")
	return err
}

// bashCompletion writes a function with what can follow each command: its
// commands and flags, or a file.
func bashCompletion(app *cli.App) string {
	var lines []string
	var cases strings.Builder
	walk("", &cli.Command{Flags: app.Flags, Subcommands: app.Commands}, func(path string, command *cli.Command) {
		var flags []string
		for _, name := range flagNames(command) {
			if len(name) > 1 {
				flags = append(flags, "--"+name)
			}
		}
		commands := strings.Join(commandNames(command.Subcommands), " ")
		if command.Name == "completion" {
			commands = shellNames
		}
		lines = append(lines, fmt.Sprintf("%q", path))
		fmt.Fprintf(&cases, "\t%q) commands=%q flags=%q ;;\n", path, commands, strings.Join(flags, " "))
	})
	return strings.NewReplacer("LINES", strings.Join(lines, "|"), "CASES\n", cases.String(), "RECIPES", strings.Join(train.Recipes(), " ")).Replace(bashFunction)
}

// bashFunction finds out which command the line is of, and offers what follows:
// files where none of its commands does.
const bashFunction = `_seetell() {
	local word=${COMP_WORDS[COMP_CWORD]} line= commands= flags= i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case "$line ${COMP_WORDS[i]}" in
		LINES) line="$line ${COMP_WORDS[i]}" ;;
		esac
	done
	case "$line" in
CASES
	esac
	case "${COMP_WORDS[COMP_CWORD - 1]} $word" in
	"--recipe "*) COMPREPLY=($(compgen -W "RECIPES" -- "$word")); return ;;
	esac
	case "$word" in
	-*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
	*)
		if [[ $commands ]]; then
			COMPREPLY=($(compgen -W "$commands" -- "$word"))
			return
		fi
		local IFS=$'\n'
		COMPREPLY=($(compgen -f -- "$word")) ;;
	esac
}
complete -o filenames -F _seetell seetell
`

// fishCompletion is the library's script, with files for flags that take a value,
// without the marks around a value's name, and with the shells of completion.
func fishCompletion(app *cli.App) (string, error) {
	script, err := app.ToFishCompletion()
	if err != nil {
		return "", err
	}
	script = flagWithValue.ReplaceAllString(strings.ReplaceAll(script, "`", ""), "$1$2")
	return script + "complete -c seetell -n '__fish_seetell_no_subcommand' -f\n" +
		"complete -c seetell -n '__fish_seen_subcommand_from completion' -f -a '" + shellNames + "'\n" +
		"complete -c seetell -n '__fish_seen_subcommand_from train' -f -l recipe -r -a '" + strings.Join(train.Recipes(), " ") + "'\n", nil
}

// flagWithValue is a line of a flag that takes a value and offers no files.
var flagWithValue = regexp.MustCompile(`(?m)^(complete .*) -f( -l \S+(?: -s \S)? -r )`)

// walk visits a command and those below it, with the words that lead there.
func walk(path string, command *cli.Command, visit func(path string, command *cli.Command)) {
	visit(path, command)
	for _, sub := range command.Subcommands {
		if !sub.Hidden {
			walk(path+" "+sub.Name, sub, visit)
		}
	}
}
