package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/train"
)

// advice says what flags help against the errors of packages, which speak of
// none.
var advice = []struct {
	is   error
	text string
}{
	{train.ErrHoldsRun, "--resume goes on with it, --out names another"},
	{train.ErrInUse, "wait for it, or name another with --out"},
	{train.ErrTrainSplit, "--train-split names one"},
	{train.ErrValidationSplit, "--validation-split names one"},
	{train.ErrOtherData, "give the run's, or another folder with --out"},
	{train.ErrDataMoved, "--data says where they are now, and --pictures"},
	{train.ErrOtherSettings, "give the run's, or another folder with --out"},
	{train.ErrOtherSchedule, "give the run's, another folder with --out, or --new-schedule to follow the new one from here on"},
	{train.ErrOutOfMemory, "lower --batch or --size, and let --micro-batch be auto"},
	{train.ErrDiverged, "lower --learning-rate, and start from that checkpoint with --from"},
	{train.ErrNotSaved, "make room there and give --resume"},
	{train.ErrLeft, "--resume goes on from the last checkpoint there"},
	{train.ErrInterrupted, "--resume goes on from there"},
	{predict.ErrNotEmpty, "--overwrite writes into it, --out names another"},
	{evaluate.ErrNoCaption, "--subset scores the captioned pictures alone"},
	{dataset.ErrStrict, "without --strict these are left out"},
	{dataset.ErrNotBelow, "--pictures names another folder"},
	{dataset.ErrOutside, "--outside allows them, on a set of one's own"},
}

// advised adds to an error what to do about it, where a flag does.
func advised(err error) error {
	var told toldError
	if errors.As(err, &told) { // the process that it comes from has
		return errors.New(told.advised)
	}
	for _, known := range advice {
		if errors.Is(err, known.is) {
			err = fmt.Errorf("%w; %s", err, known.text)
		}
	}
	if text := advisedOfFiles(err); text != "" {
		return fmt.Errorf("%w; %s", err, text)
	}
	return err
}

// advisedOfFiles is what to do about a picture over a limit, or a run that cannot
// go on.
func advisedOfFiles(err error) string {
	var large *picture.TooLargeError
	var stuck *train.ResumeError
	switch {
	case errors.As(err, &large) && large.Memory > 0:
		return "--decode-memory gives more"
	case errors.As(err, &large):
		return "--max-pixels lifts the limit"
	case errors.As(err, &stuck) && stuck.Whole != "":
		return "begin from it with --from " + stuck.Whole + " and another --out"
	case errors.As(err, &stuck) && errors.Is(err, fs.ErrNotExist):
		return "there is no run yet: leave --resume out"
	case errors.As(err, &stuck):
		return "begin anew with another --out"
	}
	return ""
}
