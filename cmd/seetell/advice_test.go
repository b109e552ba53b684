package main

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/train"
)

func TestAdvised(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"pixels", &picture.TooLargeError{Width: 1, Height: 1}, "--max-pixels"},
		{"memory", &picture.TooLargeError{Width: 1, Height: 1, Memory: 5}, "--decode-memory"},
		{"a run there", train.ErrHoldsRun, "--resume"},
		{"another schedule", train.ErrOtherSchedule, "--new-schedule"},
		{"a batch too large", train.ErrOutOfMemory, "lower --batch"},
		{"no state", &train.ResumeError{Err: fs.ErrNotExist}, "leave --resume out"},
		{"a damaged state", &train.ResumeError{Err: fs.ErrInvalid, Whole: "runs/x/last.safetensors"}, "--from runs/x/last.safetensors"},
		{"captions left out", evaluate.ErrNoCaption, "--subset"},
		{"nothing known", fs.ErrInvalid, "where: " + fs.ErrInvalid.Error()},
	} {
		if got := advised(fmt.Errorf("where: %w", test.err)).Error(); !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %s", test.name, got, test.want)
		}
	}
}
