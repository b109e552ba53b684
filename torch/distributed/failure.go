package distributed

// #include <stdlib.h>
// #include "table.h"
import "C"

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/internal/capi"
)

// LeftError says which processes have left a world before its end.
type LeftError struct {
	Ranks  []int  // those that are gone; none where that cannot be known
	Reason string // what one of them said before it left, or ""
	Cause  string // what libtorch says of the collective that failed
}

// Error names the processes and the reason.
func (e *LeftError) Error() string {
	who := "a process of the world is gone"
	if len(e.Ranks) > 0 {
		who = fmt.Sprintf("rank %s left", strings.Trim(strings.ReplaceAll(fmt.Sprint(e.Ranks), " ", ", "), "[]"))
	}
	if e.Reason != "" {
		return who + ": " + e.Reason
	}
	return fmt.Sprintf("%s without a word (%s)", who, e.Cause)
}

// aboutOthers are libtorch's words for a collective that another process's end
// or silence stopped.
var aboutOthers = regexp.MustCompile(`(?i)connection|timed? ?out|timeout|broken pipe|socket|peer`)

// grace is how long the processes that are left wait for each other's signs of
// life, from which they learn who is not among them.
const grace = 700 * time.Millisecond

// What a process notes of itself when a collective has failed.
const (
	alive   = "alive"
	knows   = "knows"     // who left
	leaving = "leaving: " // and why
)

// Note tells the others why this process is about to leave, and ends the world
// for all of them. Without it they learn that it left, not why.
func (w *World) Note(reason error) {
	if w == nil || w.handle == nil || reason == nil || w.broken != nil {
		return
	}
	w.broken = reason
	w.say(w.rank, leaving+reason.Error())
	C.tg_world_hang_up(w.handle)
	if w.rank == 0 {
		w.linger(nil)
	}
}

// explain turns what libtorch says of a failed collective into who left and
// why, and lets the others know which side this process is on.
func (w *World) explain(cause string) error {
	cause, _, _ = strings.Cut(cause, "\n")
	if !aboutOthers.MatchString(cause) {
		w.say(w.rank, leaving+cause)
		return errors.New(cause)
	}
	w.say(w.rank, alive)
	C.tg_world_hang_up(w.handle)
	left := w.whoLeft(cause)
	w.say(w.rank, knows)
	if w.rank == 0 {
		w.linger(left.Ranks)
	}
	return left
}

// Explain returns, in place of the error of a Backward through SumThrough that
// failed for another process's end, who left and why; any other error, and that
// of a nil world, as it is.
func (w *World) Explain(err error) error {
	var failure *torch.Error
	if w == nil || w.broken != nil || !errors.As(err, &failure) || failure.Op != "backward" || !aboutOthers.MatchString(failure.Message) {
		return err
	}
	w.broken = w.explain(failure.Message)
	return w.broken
}

// linger keeps the store, which ends with rank 0, until the others have read
// from it who left.
func (w *World) linger(gone []int) {
	for end := time.Now().Add(grace); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		waiting := false
		for rank := 1; rank < w.size; rank++ {
			text, err := w.hear(rank)
			waiting = waiting || err == nil && text != knows && !slices.Contains(gone, rank)
		}
		if !waiting {
			return
		}
	}
}

// whoLeft asks the others for signs of life, until all but those that left have
// given one.
func (w *World) whoLeft(cause string) *LeftError {
	left := &LeftError{Cause: cause}
	for end := time.Now().Add(grace); ; time.Sleep(20 * time.Millisecond) {
		reason, silent, err := w.census()
		switch {
		case err != nil: // the store is gone, and rank 0 with it
			left.Ranks = []int{0}
			return left
		case reason.text != "":
			left.Ranks, left.Reason = []int{reason.rank}, reason.text
			return left
		case time.Now().After(end):
			left.Ranks = silent
			return left
		case len(silent) == 0:
			return left
		}
	}
}

// lastWord is why a process left.
type lastWord struct {
	rank int
	text string
}

// census asks what every process noted: the first reason to leave, and who
// noted nothing.
func (w *World) census() (reason lastWord, silent []int, err error) {
	for rank := range w.size {
		text, err := w.hear(rank)
		if err != nil {
			return reason, nil, err
		}
		why, said := strings.CutPrefix(text, leaving)
		switch {
		case said && rank != w.rank:
			return lastWord{rank, why}, nil, nil
		case text == "":
			silent = append(silent, rank)
		}
	}
	return reason, slices.DeleteFunc(silent, func(rank int) bool { return rank == w.rank }), nil
}

// say notes text as a process's own. The store may be gone, with rank 0: then
// there is nobody to tell.
func (w *World) say(rank int, text string) {
	_ = w.withStore(func() error {
		key, value := C.CString(fmt.Sprint(rank)), C.CString(text)
		defer C.free(unsafe.Pointer(key))
		defer C.free(unsafe.Pointer(value))
		return capi.Err(capi.Message(C.tg_world_note(w.handle, key, value)))
	})
}

// patience is how long the store of notes may take to answer: with a cable
// pulled it never does.
const patience = 3 * time.Second

// withStore asks the store of notes something. Once that did not answer, and the
// asking goes on, it is not asked again.
func (w *World) withStore(ask func() error) error {
	noAnswer := errors.New("rank 0's machine does not answer")
	if w.mute {
		return noAnswer
	}
	answered := make(chan error, 1)
	go func() { answered <- ask() }()
	select {
	case err := <-answered:
		return err
	case <-time.After(patience):
		w.mute = true
		return noAnswer
	}
}

// hear returns what a process noted, or "".
func (w *World) hear(rank int) (string, error) {
	heard := make(chan string, 1)
	err := w.withStore(func() error {
		key := C.CString(fmt.Sprint(rank))
		defer C.free(unsafe.Pointer(key))
		var text *C.char
		err := capi.Err(capi.Message(C.tg_world_read_note(w.handle, key, &text)))
		if err == nil && text != nil {
			heard <- capi.Text(capi.Message(text))
		}
		close(heard)
		return err
	})
	if err != nil {
		return "", err
	}
	return <-heard, nil
}

// explainJoin says what to do about the usual reasons of a failed meeting.
func explainJoin(err error, o Options) error {
	text, _, _ := strings.Cut(err.Error(), "\n")
	switch {
	case strings.Contains(text, "EADDRINUSE") || strings.Contains(text, "address already in use"):
		return fmt.Errorf("port %d is in use, perhaps by another run: choose another MASTER_PORT, or let torchrun choose one (standalone)", o.Port)
	case strings.Contains(text, "processes came within"):
		return fmt.Errorf("%s: is one of them not started, or another number of processes given to it?", text)
	case aboutOthers.MatchString(text):
		return fmt.Errorf("rank 0 does not answer (%s)", text)
	}
	return errors.New(text)
}
