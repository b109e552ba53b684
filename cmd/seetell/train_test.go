package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/train"
)

// trainFlags returns train's flags as a command line leaves them.
func trainFlags(t *testing.T, arguments ...string) (flags *cli.Context) {
	t.Helper()
	cfg, err := train.Recipe(train.DefaultRecipe)
	if err != nil {
		t.Fatal(err)
	}
	command := trainWith(&cfg)
	command.Action = func(c *cli.Context) error {
		flags = c
		if err := readConfig(c); err != nil {
			return err
		}
		return settings(c, &cfg)
	}
	app := &cli.App{Commands: []*cli.Command{command}, Writer: io.Discard, ErrWriter: io.Discard}
	if err := app.RunContext(context.Background(), append([]string{"seetell", "train"}, arguments...)); err != nil {
		t.Fatal(err)
	}
	return flags
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
		{"a rate moves the backbone's", []string{"--recipe", "base", "--learning-rate", "1e-4"}, map[string]any{"learning-rate": 1e-4, "encoder-learning-rate": 1e-5}},
		{"one rate for all", []string{"--recipe", "literal", "--learning-rate", "1e-4"}, map[string]any{"learning-rate": 1e-4, "encoder-learning-rate": 1e-4}},
		{"both rates", []string{"--recipe", "base", "--learning-rate", "1e-4", "--encoder-learning-rate", "2e-6"}, map[string]any{"learning-rate": 1e-4, "encoder-learning-rate": 2e-6}},
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

// TestSettingsText reads the settings that it prints, and prints them again.
func TestSettingsText(t *testing.T) {
	text, err := settingsText(trainFlags(t, "--recipe", "base", "--batch", "7", "--checkpoint-every", "10m", "--flip", "swap"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"batch = 7 # recipe base: 4\n", "checkpoint-every = \"10m0s\" # recipe base: 0\n", "flip = \"swap\" # recipe base: \"\"\n", "recipe = \"base\"\n", "learning-rate = 0.0003\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Count(text, "# recipe base:") != 3 {
		t.Errorf("more differs than was given:\n%s", text)
	}
	path := filepath.Join(t.TempDir(), settingsFile)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := settingsText(trainFlags(t, "--config", path))
	if err != nil {
		t.Fatal(err)
	}
	if again != text {
		t.Errorf("read again they are\n%s\nwant\n%s", again, text)
	}
}

// TestResumedSettings leaves a run behind and asks what flags mean with --resume.
func TestResumedSettings(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	if text, code := execute(t, nil, must(t, plain), training(out)...); code != 0 {
		t.Fatalf("exit code %d: %s", code, text)
	}
	for _, test := range []struct {
		name      string
		arguments []string
		want      map[string]any
	}{
		{"the run's", nil, map[string]any{"data": "demo", "epochs": 2, "batch": 4, "size": 32, "self-critical": 1, "encoder-weights": "none", "precision": "float32", "keep": 3}},
		{"given", []string{"--batch", "7", "--learning-rate", "1e-05"}, map[string]any{"batch": 7, "learning-rate": 1e-5, "size": 32}},
		{"a recipe's", []string{"--recipe", "base", "--batch", "7"}, map[string]any{"batch": 7, "schedule": "constant", "epochs": 14, "size": 32}},
	} {
		t.Run(test.name, func(t *testing.T) {
			flags := trainFlags(t, append(test.arguments, "--resume", "--out", out)...)
			for name, want := range test.want {
				if got := flags.Value(name); got != want {
					t.Errorf("--%s %v, want %v", name, got, want)
				}
			}
		})
	}
}

// TestHelpOfRecipes shows each recipe's own defaults.
func TestHelpOfRecipes(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"train", "--help"}, "epochs of the run (default: 21)"},
		{[]string{"train", "--recipe", "base", "--help"}, "epochs of the run (default: 14)"},
		{[]string{"train", "--help", "--recipe=quick"}, "epochs of the run (default: 3)"},
		{[]string{"train", "-h", "--recipe", "literal"}, `(default: "literal")`},
	} {
		out, messages, code := say(t, test.args...)
		if code != 0 || !strings.Contains(strings.Join(strings.Fields(out), " "), test.want) {
			t.Errorf("%v: exit code %d, no %q in\n%s%s", test.args, code, test.want, out, messages)
		}
	}
}

// TestRecipeTable holds the table of recipes in docs/training.md to what they
// are.
func TestRecipeTable(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "training.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(data), "| flag |")
	if !found {
		t.Fatal("docs/training.md has no table of recipes")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	lines := strings.Split(table, "\n")
	cells := func(line string) []string {
		var out []string
		for cell := range strings.SplitSeq(strings.Trim(line, "| "), "|") {
			out = append(out, strings.Trim(strings.TrimSpace(cell), "`"))
		}
		return out
	}
	recipes := cells(lines[0])
	if len(recipes) != len(train.Recipes()) {
		t.Errorf("the table has %d recipes, and there are %d", len(recipes), len(train.Recipes()))
	}
	for column, name := range recipes {
		cfg, err := train.Recipe(name)
		if err != nil {
			t.Fatal(err)
		}
		defaults := map[string]string{}
		for _, flag := range trainWith(&cfg).Flags {
			defaults["--"+flag.Names()[0]] = defaultText(flag)
		}
		for _, line := range lines[2:] {
			row := cells(line)
			if want, ok := defaults[row[0]]; !ok || row[column+1] != want && (row[column+1] != "none" || want != "") {
				t.Errorf("recipe %s: %s is %q in the table, and it is %q", name, row[0], row[column+1], want)
			}
		}
	}
}
