package main

import (
	"errors"
	"testing"
)

// TestFlagsOfSettings writes the settings that errors are about as flags, and
// nothing else.
func TestFlagsOfSettings(t *testing.T) {
	for text, want := range map[string]string{
		"out: name a folder for the run":            "--out: name a folder for the run",
		"learning rate 0: must be above 0":          "--learning-rate 0: must be above 0",
		`batch norm "x": give frozen or batch`:      `--batch-norm "x": give frozen or batch`,
		"batch 0: must be from 1 to 4096":           "--batch 0: must be from 1 to 4096",
		"from and resume contradict each other":     "--from and --resume contradict each other",
		"self-critical rate 0: must be above 0":     "--self-critical-rate 0: must be above 0",
		"new schedule without resume: only a run":   "--new-schedule without --resume: only a run",
		"warm-up -1: must be 0 steps or more":       "--warm-up -1: must be 0 steps or more",
		"dropouts are many":                         "dropouts are many",
		"x; let frozen layers and epochs be 0":      "x; let --frozen-layers and --epochs be 0",
		"split \"a\": training and validation must": "split \"a\": training and validation must",
	} {
		if got := flagged(errors.New(text), trainCommand()).Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if flagged(nil, trainCommand()) != nil {
		t.Error("nothing is an error")
	}
	two := flagged(errors.Join(errors.New("out: a"), errors.New("epochs 0: b")), trainCommand())
	if want := "--out: a\n--epochs 0: b"; two.Error() != want {
		t.Errorf("%q, want %q", two, want)
	}
}
