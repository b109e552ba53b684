package main

import (
	"context"
	"errors"
	"iter"
	"os"

	"golang.org/x/sync/errgroup"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/picture"
)

// answer is what came of one picture.
type answer struct {
	path     string
	picture  *picture.Picture // where it is wanted again
	prepared *captioner.Prepared
	captions []captioner.Caption
	given    bool // whether the captions were, so that their attention is wanted
	err      error
}

// describing is how pictures are described.
type describing struct {
	model *captioner.Model
	beam  captioner.Beam
	given map[string][]string // captions to be read instead of searched for, by path; nil for none
	keep  bool                // whether pictures are wanted again
}

// readers is the number of pictures read side by side.
const readers = 8

// answers describes the pictures in order, a part of them at once, and decodes the
// next ones meanwhile. The channel closes after the last.
func answers(ctx context.Context, parts iter.Seq[[]string], d describing) <-chan answer {
	decoded, out := make(chan []answer), make(chan answer)
	go func() {
		defer close(decoded)
		for part := range parts {
			if ctx.Err() != nil {
				return
			}
			decoded <- d.read(ctx, part)
		}
	}()
	go func() {
		defer close(out)
		for batch := range decoded {
			d.describe(ctx, batch)
			for _, a := range batch {
				out <- a
			}
		}
	}()
	return out
}

// read decodes pictures side by side.
func (d describing) read(ctx context.Context, paths []string) []answer {
	batch := make([]answer, len(paths))
	var group errgroup.Group
	group.SetLimit(readers)
	for i, path := range paths {
		group.Go(func() error { batch[i] = d.readOne(ctx, path); return nil })
	}
	_ = group.Wait()
	return batch
}

func (d describing) readOne(ctx context.Context, path string) (a answer) {
	a = answer{path: path, given: d.given != nil}
	a.err = picture.InTurn(ctx, regularSize(path), func() error {
		data, err := readFile(ctx, path)
		if err != nil {
			return plainPathError(err)
		}
		if !d.keep && d.given == nil {
			a.prepared, err = d.model.Prepare(ctx, data)
			return err
		}
		if a.picture, err = picture.DecodeContext(ctx, data); err == nil {
			a.prepared, err = d.model.PreparePicture(a.picture)
		}
		return err
	})
	return a
}

// regularSize returns the size of a regular file, else 0.
func regularSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}

// describe fills in the captions of the pictures that could be read.
func (d describing) describe(ctx context.Context, batch []answer) {
	var requests []captioner.Request
	var good []int
	for i, a := range batch {
		switch {
		case a.err != nil:
		case a.given:
			batch[i].captions, batch[i].err = d.model.Given(ctx, a.picture, d.given[a.path])
		default:
			requests, good = append(requests, captioner.Request{Context: ctx, Picture: a.prepared, Beam: d.beam}), append(good, i)
		}
	}
	for k, found := range d.model.CaptionPrepared(requests) {
		batch[good[k]].captions, batch[good[k]].err = found.Captions, found.Err
	}
}

// readFile reads a picture's file. The user named it, so that it may be a
// pipe, whose other end may let us wait until ctx ends.
func readFile(ctx context.Context, path string) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := readNamed(path)
		done <- result{data, err}
	}()
	select {
	case r := <-done:
		return r.data, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func readNamed(path string) ([]byte, error) {
	if path == standardInput {
		return picture.Read(os.Stdin)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return picture.Read(file)
}

// plainPathError leaves out the path, which the caller names.
func plainPathError(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
