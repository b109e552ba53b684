package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

func TestFlagsFirst(t *testing.T) {
	commands := []*cli.Command{
		{Name: "caption", Flags: []cli.Flag{&cli.StringFlag{Name: "model"}, &cli.BoolFlag{Name: "recursive"}}},
		{Name: "data", Subcommands: []*cli.Command{{Name: "check", Flags: []cli.Flag{&cli.BoolFlag{Name: "strict"}}}}},
	}
	testOrder(t, func(args []string) []string { return flagsFirst(args, commands) }, []orderTest{
		{"in order", "seetell caption --model m a.jpg", "seetell caption --model m a.jpg"},
		{"behind", "seetell caption a.jpg --model m b.jpg", "seetell caption --model m a.jpg b.jpg"},
		{"with equals", "seetell caption a.jpg --model=m b.jpg", "seetell caption --model=m a.jpg b.jpg"},
		{"no value", "seetell caption a.jpg --recursive b.jpg", "seetell caption --recursive a.jpg b.jpg"},
		{"standard input", "seetell caption - --model m", "seetell caption --model m -"},
		{"behind two dashes", "seetell caption a.jpg --model m -- --odd", "seetell caption --model m -- a.jpg --odd"},
		{"within a command", "seetell data check demo --strict", "seetell data check --strict demo"},
		{"no command", "seetell --help", "seetell --help"},
		{"nothing", "seetell", "seetell"},
	})
}

func TestGlobalsFirst(t *testing.T) {
	globals := []cli.Flag{&cli.StringFlag{Name: "log-format"}, &cli.BoolFlag{Name: "quiet"}}
	testOrder(t, func(args []string) []string { return globalsFirst(args, globals) }, []orderTest{
		{"in order", "seetell --quiet score --out o", "seetell --quiet score --out o"},
		{"behind the command", "seetell score --quiet --out o", "seetell --quiet score --out o"},
		{"with a value", "seetell caption a.jpg --log-format json b.jpg", "seetell --log-format json caption a.jpg b.jpg"},
		{"with equals", "seetell caption a.jpg --log-format=json", "seetell --log-format=json caption a.jpg"},
		{"behind two dashes", "seetell caption -- --quiet", "seetell caption -- --quiet"},
		{"nothing", "seetell", "seetell"},
	})
}

// orderTest is a command line, and the order that is wanted.
type orderTest struct{ name, args, want string }

func testOrder(t *testing.T, reorder func([]string) []string, tests []orderTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := reorder(strings.Fields(test.args)); !slices.Equal(got, strings.Fields(test.want)) {
				t.Errorf("%q becomes %q, want %q", test.args, got, test.want)
			}
		})
	}
}
