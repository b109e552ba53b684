package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/sirupsen/logrus"

	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/picture/sidecar"
)

// sidecars writes captions where programs for photographs read them.
type sidecars struct {
	on, replace   bool
	written, kept int
	failed        int
}

// check says what --xmp cannot be given with.
func (s *sidecars) check(o captioning, paths []string) error {
	switch {
	case s.replace && !s.on:
		return errors.New("--replace is of --xmp's descriptions: give both")
	case s.on && o.given != "":
		return errors.New("--xmp writes what the model says, and --given says it: give one of them")
	}
	for _, path := range paths {
		if s.on && path == standardInput {
			return errors.New("--xmp writes beside pictures, and standard input is beside nothing")
		}
	}
	return nil
}

// write describes a picture by the best of its captions in its sidecar. One that
// cannot be written is told to messages.
func (s *sidecars) write(a answer, messages io.Writer) {
	if !s.on || len(a.captions) == 0 || a.captions[0].Text == "" {
		return
	}
	switch err := sidecar.Write(a.path, a.captions[0].Text, s.replace); {
	case errors.Is(err, sidecar.ErrDescribed):
		s.kept++
	case err != nil:
		s.failed++
		fmt.Fprintf(messages, "seetell: %s\n", terminal.Line(err.Error()))
	default:
		s.written++
	}
}

// done says how many sidecars were written, and returns an error where some
// could not be.
func (s *sidecars) done() error {
	if !s.on {
		return nil
	}
	log := logrus.WithField("written", s.written)
	if s.kept > 0 {
		log = log.WithField("kept", fmt.Sprintf("%d, described before; --replace writes over that", s.kept))
	}
	log.Info("XMP sidecars")
	if s.failed > 0 {
		return fmt.Errorf("%d sidecars could not be written", s.failed)
	}
	return nil
}
