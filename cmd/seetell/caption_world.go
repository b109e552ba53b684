package main

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/torch/distributed"
)

// pictureList is what rank 0 tells the others of the pictures.
type pictureList struct {
	All   []string            // which decide the names of attention's files
	Left  []string            // that are to be described
	Given map[string][]string // as describing's
}

// share gives every process rank 0's list.
func (l *pictureList) share(w *distributed.World) error {
	if w.Size() == 1 {
		return nil
	}
	var text bytes.Buffer
	if w.Rank() == 0 {
		if err := gob.NewEncoder(&text).Encode(l); err != nil {
			return err
		}
	}
	shared, err := w.Share(text.Bytes())
	if err != nil || w.Rank() == 0 {
		return err
	}
	return gob.NewDecoder(bytes.NewReader(shared)).Decode(l)
}

// told is an answer as it travels to rank 0.
type told struct {
	Path         string
	Captions     []captioner.Caption
	Given        bool
	Err, Advised string // "" for none
}

func tell(a answer) told {
	t := told{Path: a.path, Captions: a.captions, Given: a.given}
	if a.err != nil {
		t.Err, t.Advised = a.err.Error(), advised(a.err).Error()
	}
	return t
}

func (t told) answer() answer {
	a := answer{path: t.Path, captions: t.Captions, given: t.Given}
	if t.Err != "" {
		a.err = toldError{t.Err, t.Advised}
	}
	return a
}

// toldError is an error of another process, and that with what to do about it.
type toldError struct{ text, advised string }

func (e toldError) Error() string { return e.text }

// described yields what comes of the pictures, in order, on rank 0 alone where
// processes share them: each describes every so manieth sixteen, and draws where it
// looked. Failed is why it ends
// before the last.
func (o *captioning) described(ctx context.Context, w *distributed.World, paths []string, d describing, failed *error) iter.Seq[answer] {
	if w.Size() > 1 {
		return o.describedTogether(ctx, w, paths, d, failed)
	}
	return func(yield func(answer) bool) {
		for a := range answers(ctx, slices.Chunk(paths, d.model.AtOnce()), d) {
			if *failed = o.drawn(d.model, a); *failed != nil || !yield(a) {
				return
			}
		}
	}
}

func (o *captioning) describedTogether(ctx context.Context, w *distributed.World, paths []string, d describing, failed *error) iter.Seq[answer] {
	return func(yield func(answer) bool) {
		parts := ownParts(paths, w.Rank(), w.Size())
		found := answers(context.WithoutCancel(ctx), slices.Values(parts), d) // they stop together
		for _, part := range parts {
			if *failed = w.Stopped(ctx); *failed != nil {
				return
			}
			all, err := o.round(w, found, len(part), d.model)
			if *failed = err; err != nil {
				return
			}
			for _, a := range all {
				if !yield(a) {
					return
				}
			}
		}
	}
}

// together is the number of pictures that a process describes and tells of at
// once: as many as one process of one thread does, so that both write the same
// last digits.
const together = 16

// ownParts returns the pictures that a process describes in each round, as many
// rounds on all of them.
func ownParts(paths []string, rank, size int) (parts [][]string) {
	for round := 0; round < len(paths); round += together * size {
		from := min(round+together*rank, len(paths))
		parts = append(parts, paths[from:min(from+together, len(paths))])
	}
	return parts
}

// round brings the next answers of all processes to rank 0, as many of this one
// as count says.
func (o *captioning) round(w *distributed.World, found <-chan answer, count int, model *captioner.Model) (all []answer, err error) {
	own := make([]told, count)
	for i := range own {
		a := <-found
		if err := o.drawn(model, a); err != nil {
			return nil, err
		}
		own[i] = tell(a)
	}
	var text bytes.Buffer
	if err := gob.NewEncoder(&text).Encode(own); err != nil {
		return nil, err
	}
	texts, err := w.Gather(text.Bytes())
	if err != nil {
		return nil, err
	}
	for rank, text := range texts {
		var part []told
		if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&part); err != nil {
			return nil, fmt.Errorf("captions of process %d: %w", rank, err)
		}
		for _, t := range part {
			all = append(all, t.answer())
		}
	}
	return all, nil
}

// drawn draws where the model looked in a picture that could be described.
func (o *captioning) drawn(model *captioner.Model, a answer) error {
	if a.err != nil {
		return nil
	}
	return o.draw(model, a)
}

// onePicture refuses standard input as a picture that processes share.
func onePicture(w *distributed.World, paths []string) error {
	for _, path := range paths {
		if w.Size() > 1 && path == standardInput {
			return usage(errors.New("- is one picture, which processes cannot share: name files, or leave --processes out"))
		}
	}
	return nil
}
