package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
)

// say runs a command line and returns what it prints.
func say(t *testing.T, args ...string) (out, messages string, code int) {
	t.Helper()
	var first, second bytes.Buffer
	code = run(append([]string{"seetell"}, args...), &first, &second)
	return first.String(), second.String(), code
}

// TestHelpKeepsItsWidth reads the help of every command.
func TestHelpKeepsItsWidth(t *testing.T) {
	app := application(nil, nil)
	walk("", &cli.Command{Subcommands: app.Commands}, func(path string, _ *cli.Command) {
		args := append(strings.Fields(path), "--help")
		out, messages, code := say(t, args...)
		if code != 0 || !strings.Contains(out, "USAGE") {
			t.Fatalf("%v exits with %d: %s", args, code, messages)
		}
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > helpWidth {
				t.Errorf("%v has a line of %d columns: %s", args, n, line)
			}
		}
	})
}

func TestReflow(t *testing.T) {
	word := strings.Repeat("x", 30)
	line := "   --flag FILE    " + strings.Join([]string{word, word, word}, " ") + "\nshort\n"
	want := "   --flag FILE    " + word + " " + word + "\n                  " + word + "\nshort\n"
	if got := reflow(line); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	if long := strings.Repeat("x", 150) + "\n"; reflow(long) != long {
		t.Error("a word without a space is broken")
	}
}

func TestWrongWords(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"train", "--lr", "3"}, "no flag --lr (did you mean --learning-rate?)"},
		{[]string{"train", "--batch-size", "3"}, "no flag --batch-size (did you mean --batch?)"},
		{[]string{"train", "--epoch", "3"}, "(did you mean --epochs?)"},
		{[]string{"train", "--learning_rate", "3"}, "(did you mean --learning-rate?)"},
		{[]string{"caption", "--zebra"}, "no flag --zebra; "},
		{[]string{"caption", "--beam", "x"}, `invalid value "x" for flag --beam: give a whole number`},
		{[]string{"train", "--dropout", "x"}, "for flag --dropout: give a number"},
		{[]string{"caption", "--device", "gpu"}, `--device "gpu": give auto, cpu, cuda or cuda:N`},
		{[]string{"train", "--precision", "half"}, `--precision "half": give auto, float32 or bfloat16`},
		{[]string{"evaluate", "--limit", "-1"}, "--limit -1: must be 0 or more"},
		{[]string{"evaluate", "--batch", "0"}, "--batch 0: must be 1 or more"},
		{[]string{"caption", "--beam"}, "needs an argument: --beam"},
		{[]string{"capton"}, `no command "capton" (did you mean caption?)`},
		{[]string{"data", "chek"}, "(did you mean check?)"},
		{[]string{"model", "averge"}, "(did you mean average?)"},
		{[]string{"zebra"}, `no command "zebra"; `},
		{[]string{"model", "desc"}, "(did you mean describe?)"},
		{[]string{"help", "captoin"}, `no command "captoin" (did you mean caption?)`},
		{[]string{"caption", "--modle", "x"}, "(did you mean --model?)"},
		{[]string{"train", "--recipe", "bas", "--dry-run"}, `--recipe "bas": there are base, `},
		{[]string{"train", "--recipe", "bas", "--help"}, `--recipe "bas": there are base, `},
		{[]string{"plot"}, "--out is missing"},
		{[]string{"doctor", "extra"}, `doctor takes no argument "extra"`},
		{[]string{"serve", "extra"}, `serve takes no argument "extra"`},
		{[]string{"report", "--run", "x"}, "--out is missing"},
	} {
		_, messages, code := say(t, test.args...)
		if code != exitUsage || !strings.Contains(messages, test.want) {
			t.Errorf("%v exits with %d and %q, want %q", test.args, code, messages, test.want)
		}
	}
}

func TestVersionAndManual(t *testing.T) {
	if out, _, code := say(t, "version"); code != 0 || !strings.HasPrefix(out, "seetell "+version+",") {
		t.Errorf("version prints %q, exit code %d", out, code)
	}
	if out, _, code := say(t, "manual"); code != 0 || !strings.Contains(out, ".TH seetell 1") || !strings.Contains(out, "length-penalty") {
		t.Errorf("manual prints %.200q, exit code %d", out, code)
	}
}

// TestCompletion asks bash what it would offer.
func TestCompletion(t *testing.T) {
	for _, shell := range []string{"zsh", "fish"} {
		if out, messages, code := say(t, "completion", shell); code != 0 || !strings.Contains(out, "length-penalty") {
			t.Errorf("%s: exit code %d, %s", shell, code, messages)
		}
	}
	if _, messages, code := say(t, "completion", "tcsh"); code != exitUsage {
		t.Errorf("an unknown shell: exit code %d, %s", code, messages)
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("needs bash")
	}
	script, _, _ := say(t, "completion", "bash")
	path := file(t, "seetell", script)
	if err := os.Mkdir(filepath.Join(filepath.Dir(path), "a folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ words, want string }{
		{"mod", "model"},
		{"model ave", "average"},
		{"train --data x --learn", "--learning-rate"},
		{"data download met", "meteor-table"},
		{"caption --mod", "--model"},
		{"completion f", "fish"},
		{"train --recipe li", "literal"},
		{"a", ""},
		{"caption --model a", "a folder"},
	} {
		words := strings.Fields(test.words)
		command := exec.Command(bash, "-c", `source "$1"; shift; COMP_WORDS=(seetell "$@"); COMP_CWORD=$#; _seetell; echo "${COMPREPLY[*]}"`, "bash", path)
		command.Args, command.Dir = append(command.Args, words...), filepath.Dir(path)
		out, err := command.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != test.want {
			t.Errorf("%q is completed to %q, %v, want %q", test.words, got, err, test.want)
		}
	}
}

// full is a disk without room.
type full struct{}

func (full) Write(text []byte) (int, error) {
	if len(text) == 0 {
		return 0, nil
	}
	return 0, errors.New("no space left on device")
}

// TestHelpThatNobodyGets fails when help, or a command's, cannot be written.
func TestHelpThatNobodyGets(t *testing.T) {
	for _, args := range [][]string{{"seetell", "--help"}, {"seetell", "train", "--help"}, {"seetell", "--version"}} {
		var messages bytes.Buffer
		if code := run(args, full{}, &messages); code != exitFailed || !strings.Contains(messages.String(), "no space left") {
			t.Errorf("%v exits with %d and says %q, want %d and why", args, code, messages.String(), exitFailed)
		}
	}
}
