package main

import (
	"context"
	"io"
	"maps"
	"slices"
	"testing"

	"github.com/urfave/cli/v2"
)

// trainFlags returns train's flags as a command line leaves them.
func trainFlags(t *testing.T, arguments ...string) (flags *cli.Context) {
	t.Helper()
	command := trainCommand()
	command.Action = func(c *cli.Context) error {
		flags = c
		return settings(c)
	}
	app := &cli.App{Commands: []*cli.Command{command}, Writer: io.Discard, ErrWriter: io.Discard}
	if err := app.RunContext(context.Background(), append([]string{"seetell", "train"}, arguments...)); err != nil {
		t.Fatal(err)
	}
	return flags
}

func TestRecipesSayTheSameThings(t *testing.T) {
	usual, err := recipe(defaultRecipe)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range recipeNames() {
		values, err := recipe(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range slices.Sorted(maps.Keys(usual)) {
			if _, ok := values[key]; !ok {
				t.Errorf("recipe %s leaves %s at the default recipe's", name, key)
			}
		}
	}
}

func TestRecipes(t *testing.T) {
	for _, test := range []struct {
		name      string
		arguments []string
		want      map[string]any
	}{
		{"the default", nil, map[string]any{"batch": 16, "frozen-layers": 3, "schedule": "cosine", "average-decay": .998, "epochs": 21, "self-critical": 7}},
		{"another", []string{"--recipe", "base"}, map[string]any{"batch": 4, "frozen-layers": 0, "schedule": "constant", "average-decay": 0., "flip": "", "epochs": 14, "self-critical": 0}},
		{"a flag wins", []string{"--recipe", "base", "--batch", "7"}, map[string]any{"batch": 7, "learning-rate": 3e-4}},
		{"an epoch", []string{"--epochs", "1"}, map[string]any{"epochs": 1, "self-critical": 0}},
		{"other epochs", []string{"--epochs", "12"}, map[string]any{"epochs": 12, "self-critical": 4}},
		{"epochs of both kinds", []string{"--epochs", "10", "--self-critical", "2"}, map[string]any{"epochs": 10, "self-critical": 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			flags := trainFlags(t, test.arguments...)
			for name, want := range test.want {
				if got := flags.Value(name); got != want {
					t.Errorf("--%s %v, want %v", name, got, want)
				}
			}
		})
	}
}
