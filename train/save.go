package train

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// save writes the run as it is. What a full disk or a lost permission keeps from
// being written all hear of, and the next save tries it again. An error is one
// of the model's.
func (r *run) save() error {
	if !r.processes.first() {
		return nil
	}
	meta, err := r.metadata(r.cfg)
	if err != nil {
		return err
	}
	st := state{r.cfg, r.progress, r.history, thisMachine(r.network.Device, r.trainer.Precision)}
	err = r.folder.save(func(path string) error { return st.write(path, r.trainer, meta) })
	debug.FreeOSMemory() // copies of tensors, which the next steps have no use for
	var failure *torch.Error
	if errors.As(err, &failure) {
		return err
	}
	if err != nil {
		r.listeners.notice(slog.LevelWarn, "not saved; the files before stay, and the next save tries again", "error", err)
	}
	return nil
}

// lastTries are the pauses before each further try to save a run that ends.
var lastTries = []time.Duration{time.Second, 4 * time.Second, 15 * time.Second}

// saveLast tries again to write what the run's last save could not.
func (r *run) saveLast(ctx context.Context) error {
	for _, pause := range lastTries {
		if r.folder.incomplete() == nil {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		if err := r.save(); err != nil {
			return err
		}
	}
	if r.folder.incomplete() != nil {
		return fmt.Errorf("%w whole in %s after %d epochs: %w", ErrNotSaved, r.cfg.Out, r.progress.Epochs, r.folder.incomplete())
	}
	return nil
}

// interrupted saves what was done where err comes from the end of ctx, or of
// another process's.
func (r *run) interrupted(ctx context.Context, err error) error {
	reason := ctx.Err()
	if r.processes.several() { // they stop behind the same step, or fail
		if reason = distributed.ErrStopped; !errors.Is(err, reason) {
			return err
		}
	}
	if reason == nil {
		return err
	}
	if err := errors.Join(r.save(), r.folder.incomplete()); err != nil {
		return fmt.Errorf("interrupted after step %d, and %w: %w", r.progress.Steps, ErrNotSaved, err)
	}
	return fmt.Errorf("%w after step %d: %w", ErrInterrupted, r.progress.Steps, reason)
}
