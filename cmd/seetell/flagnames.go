package main

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// flagged returns errors of settings, which packages name without dashes, with
// the names of a command's flags: learning rate 0 is --learning-rate 0.
func flagged(err error, command *cli.Command) error {
	if err == nil {
		return nil
	}
	named := settingNames(command)
	var all []error
	for _, one := range joined(err) {
		all = append(all, errors.New(named.ReplaceAllStringFunc(one.Error(), dashed)))
	}
	return errors.Join(all...)
}

// settingNames matches flags' names, as packages write them, where a message says
// which settings it is about: at its beginning, behind another, and where it
// advises one.
func settingNames(command *cli.Command) *regexp.Regexp {
	names := flagNames(command)
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) }) // "batch norm" before "batch"
	for i, name := range names {
		names[i] = strings.ReplaceAll(regexp.QuoteMeta(name), "-", "[- ]")
	}
	return regexp.MustCompile(`(?:^|\b(?:and|let|without) )(?:` + strings.Join(names, "|") + `)(?:[ :]|$)`)
}

// dashed writes the name in what settingNames has matched as a flag.
func dashed(matched string) string {
	before, end := "", ""
	for _, word := range []string{"and ", "let ", "without "} {
		if rest, found := strings.CutPrefix(matched, word); found {
			before, matched = word, rest
		}
	}
	if name := strings.TrimRight(matched, " :"); name != matched {
		matched, end = name, matched[len(name):]
	}
	return before + "--" + strings.ReplaceAll(matched, " ", "-") + end
}
