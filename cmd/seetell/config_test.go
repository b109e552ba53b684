package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// TestSettingsCostLittle refuses settings that would take memory and time for
// the square of their size.
func TestSettingsCostLittle(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		good bool
	}{
		"plain":       {"batch = 4\ndata = \"a.b.c\"\n", true},
		"deep keys":   {strings.Repeat("a.", 50_000) + "a = 1\n", false},
		"deep tables": {"[" + strings.Repeat("a.", 50_000) + "a]\n", false},
		"deep lists":  {"x = " + strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000), false},
		"long":        {"data = \"" + strings.Repeat("x", mostSettings) + "\"\n", false},
	} {
		path := filepath.Join(t.TempDir(), "settings.toml")
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readSettings(path); (err == nil) != test.good {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := readSettings("/dev/zero"); err == nil {
		t.Error("a device without an end is read")
	}
}

// TestSettingsOfAList gives a flag that may stand several times each value of a
// list, and refuses lists for others.
func TestSettingsOfAList(t *testing.T) {
	for _, test := range []struct {
		text   string
		models paths
		words  []string
		wrong  string // of the error; empty for none
	}{
		{`model = ["a, b", "c"]`, paths{"a, b", "c"}, nil, ""},
		{`model = "a"`, paths{"a"}, nil, ""},
		{"word = [\"a\", \"the\"]\nbeam = 3", nil, []string{"a", "the"}, ""},
		{`word = "a,the"`, nil, []string{"a", "the"}, ""},
		{`beam = [3, 4]`, nil, nil, "beam = [3 4]: it takes one value"},
		{`word = [["a"]]`, nil, nil, "no lists or tables within"},
		{`model = {a = 1}`, nil, nil, "no lists or tables within"},
		{`help = true`, nil, nil, `"help" is no flag`},
		{`config = "other.toml"`, nil, nil, `"config" is no flag`},
	} {
		t.Run(test.text, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "settings.toml")
			if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var models paths
			var words []string
			app := &cli.App{Writer: io.Discard, ErrWriter: io.Discard, ExitErrHandler: func(*cli.Context, error) {}, Commands: []*cli.Command{{
				Name: "try",
				Flags: []cli.Flag{
					&cli.GenericFlag{Name: "model", Value: &models}, &cli.StringSliceFlag{Name: "word"}, &cli.IntFlag{Name: "beam"}, configFlag(),
				},
				Action: func(c *cli.Context) error {
					err := readConfig(c)
					words = c.StringSlice("word")
					return err
				},
			}}}
			err := app.Run([]string{"seetell", "try", "--config", path})
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) {
					t.Errorf("%v, want %q", err, test.wrong)
				}
				return
			}
			if err != nil || !slices.Equal(models, test.models) || !slices.Equal(words, test.words) {
				t.Errorf("models %q, words %q, %v", models, words, err)
			}
		})
	}
}
