package train

import (
	"errors"
	"fmt"
)

// What keeps a run from starting or going on, for errors.Is, beside a
// *ResumeError: what to do about it is for the program to say.
var (
	ErrHoldsRun        = errors.New("the folder holds a run already")
	ErrInUse           = errors.New("another run is writing to the folder")
	ErrTrainSplit      = errors.New("no split to learn from")
	ErrValidationSplit = errors.New("no split to check on")
	ErrOtherData       = errors.New("the data set is another than the run's")
	ErrDataMoved       = errors.New("the run's data are not where they were") // or cannot be opened there
	ErrOtherSettings   = errors.New("the settings differ from the run's")
	ErrOtherSchedule   = errors.New("the schedule differs from the run's") // and nothing else does
	ErrOutOfMemory     = errors.New("out of memory")
	ErrDiverged        = errors.New("the last checkpoint is good, and the weights since then are not")
	ErrNotSaved        = errors.New("the run could not be saved")
	ErrLeft            = errors.New("the files of the run are whole") // and another process of it has ended
	ErrInterrupted     = errors.New("interrupted")
)

// ResumeError is about a run that cannot go on, since the file of its state is
// absent (fs.ErrNotExist) or cannot be read.
type ResumeError struct {
	Err   error
	Whole string // the newest whole checkpoint of the run, from which another may start; "" for none
}

func (e *ResumeError) Error() string {
	if e.Whole == "" {
		return fmt.Sprintf("%v; no other checkpoint of the run is there", e.Err)
	}
	return fmt.Sprintf("%v; the newest whole checkpoint of the run is %s", e.Err, e.Whole)
}

func (e *ResumeError) Unwrap() error { return e.Err }
