package main

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/internal/wholefile"
	"github.com/seetell/seetell/train"
)

// settingsFile is the file of a run's settings, which --config reads.
const settingsFile = "settings.toml"

// runOnly are the flags that say how and where a run is begun, and nothing of
// what it is.
var runOnly = []string{"out", "config", "resume", "new-schedule", "dry-run", "max-pixels", "decode-memory", "processes", "world-timeout", "help"}

// settingsText returns the settings that c came to, as TOML: a line a flag, and
// where one differs from the recipe's, what that has.
func settingsText(c *cli.Context) (string, error) {
	usual, err := train.Recipe(c.String("recipe"))
	if err != nil {
		return "", usage(err)
	}
	recipe := map[string]string{}
	for _, flag := range trainWith(&usual).Flags {
		recipe[flag.Names()[0]] = defaultText(flag)
	}
	var text strings.Builder
	category := ""
	for _, flag := range c.Command.Flags {
		name := flag.Names()[0]
		if slices.Contains(runOnly, name) {
			continue
		}
		if shown, ok := flag.(cli.CategorizableFlag); ok && shown.GetCategory() != category {
			category = shown.GetCategory()
			fmt.Fprintf(&text, "\n# %s\n", category)
		}
		value := settingValue(c, flag)
		line, err := settingLine(name, value)
		if err != nil {
			return "", err
		}
		text.WriteString(line)
		if now := fmt.Sprint(value); name != "recipe" && now != recipe[name] {
			fmt.Fprintf(&text, " # recipe %s: %s", c.String("recipe"), cmp.Or(recipe[name], `""`))
		}
		text.WriteString("\n")
	}
	return strings.TrimLeft(text.String(), "\n"), nil
}

// defaultText returns the text of a flag's default value.
func defaultText(flag cli.Flag) string {
	if _, ok := flag.(*cli.BoolFlag); ok {
		return "false" // every one of train's
	}
	if shown, ok := flag.(cli.DocGenerationFlag); ok {
		return shown.GetValue()
	}
	return ""
}

// settingValue returns what a flag came to: a text where it is of no usual kind.
func settingValue(c *cli.Context, flag cli.Flag) any {
	name := flag.Names()[0]
	if _, ok := flag.(*cli.GenericFlag); ok {
		return c.String(name)
	}
	return c.Value(name)
}

// settingLine returns name = value.
func settingLine(name string, value any) (string, error) {
	var line bytes.Buffer
	if err := toml.NewEncoder(&line).Encode(map[string]any{name: value}); err != nil {
		return "", fmt.Errorf("settings: %s: %w", name, err)
	}
	return strings.TrimSpace(line.String()), nil
}

// settingsListener writes the settings into the run's folder when it begins.
type settingsListener struct{ text string }

// Hear writes the file. A resumed run leaves it as it began.
func (l settingsListener) Hear(e train.Event) error {
	if started, ok := e.(train.Started); ok && started.Steps == 0 {
		return wholefile.Write(filepath.Join(started.Config.Out, settingsFile), []byte(l.text), 0o644)
	}
	return nil
}
