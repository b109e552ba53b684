package hub

import (
	"context"
	"errors"
	"io"
	"time"
)

// watchedBody is an answer's body that fails when no bytes come for a while.
type watchedBody struct {
	body   io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	watch  *time.Timer
	limit  time.Duration
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.watch.Reset(b.limit)
	n, err := b.body.Read(p)
	b.watch.Stop() // what the reader does with them takes its time
	if err != nil && errors.Is(context.Cause(b.ctx), errSilent) {
		err = errSilent
	}
	return n, err
}

func (b *watchedBody) Close() error {
	b.watch.Stop()
	err := b.body.Close()
	b.cancel(nil)
	return err
}
