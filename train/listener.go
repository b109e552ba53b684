package train

import (
	"fmt"
	"log/slog"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/torch"
)

// Listener hears what happens in a run, from one goroutine, and is asked
// nothing. One that returns an error hears no more, and the others hear why.
type Listener interface {
	Hear(e Event) error
}

// Event is a Started, Progress, StepDone, EpochDone, Notice or Stopped.
type Event interface{ event() }

// Started is the beginning of a run, or of the rest of one.
type Started struct {
	Config     Config
	Steps      int     // done before
	History    []Epoch // of the epochs done before
	Device     torch.Device
	Precision  captioner.Precision
	Pictures   int // of the training split
	Validation int // pictures of the validation split
	Vocabulary int // words
}

// Progress is how far a part of a run has come: an epoch's batches, or the
// validation split's pictures. It comes first with what is done at the
// beginning, and last with all of it.
type Progress struct {
	Part        string // such as "epoch 3/21"
	Done, Total int
	Validation  bool // whether it is of the check behind an epoch
}

// StepDone is a step taken: what the running epoch has come to so far, memory
// and the validation split's part left out.
type StepDone struct {
	Epoch
	StepLoss float64 // of this step alone; NaN where it was not taken
}

// EpochDone is an epoch at its end.
type EpochDone struct {
	Epoch
	Best bool // its score is above all before
}

// Notice is something to know of: a warning, a change, an example.
type Notice struct {
	Level      slog.Level
	Message    string
	Attributes []any // names and values in turn, as in package slog
}

// Stopped is the end of a run that has started, good or bad. Nothing comes after
// it.
type Stopped struct{ Err error }

func (Started) event()   {}
func (Progress) event()  {}
func (StepDone) event()  {}
func (EpochDone) event() {}
func (Notice) event()    {}
func (Stopped) event()   {}

// listeners are those of a run.
type listeners []Listener

// tell lets all hear of an event.
func (l listeners) tell(e Event) {
	for i := range l {
		if err := l[i].Hear(e); err != nil {
			l[i] = silence{}
			l.notice(slog.LevelWarn, fmt.Sprintf("%v; it hears no more of this run", err))
		}
	}
}

// notice lets all hear of something, with names and values in turn.
func (l listeners) notice(level slog.Level, message string, attributes ...any) {
	l.tell(Notice{level, message, attributes})
}

// epochDone lets all hear what an epoch came to.
func (l listeners) epochDone(line Epoch, best bool) {
	l.tell(EpochDone{line, best})
	for _, warning := range line.Warnings {
		l.notice(slog.LevelWarn, warning, "epoch", line.Epoch)
	}
}

// silence stands for a listener that has failed.
type silence struct{}

// Hear does nothing.
func (silence) Hear(Event) error { return nil }
