package train

import (
	"context"
	"log/slog"
	"runtime"

	"github.com/seetell/seetell/captioner"
)

// run is a run in progress.
type run struct {
	cfg        Config
	folder     *folder
	data       *data
	network    *captioner.Network
	vocabulary *captioner.Vocabulary
	trainer    *Trainer
	reward     *ciderReward // of self-critical epochs; nil before the first
	progress   progress
	history    []Epoch
	before     int // epochs of the history that were done before
	listeners  listeners
	processes  processes
}

// Result is what a run has come to.
type Result struct {
	History []Epoch // a line per epoch
	Best    int     // index of the best epoch in History; -1 for none
	Folder  string
	// Paths of the models after the best epoch and after the last one, and of
	// the history.
	BestModel, LastModel, HistoryFile string
	Splits                            []string // of the data set
	Done                              int      // epochs done now, none of a run that was finished before
}

// Run trains as cfg says and leaves its checkpoints and history in cfg.Out. The
// listeners hear how it goes; without any, it goes in silence. When ctx ends it
// saves what was done and returns ctx's error.
//
// Processes of a world, cfg.World, train together: all call Run with the same
// settings and data, and when ctx ends on one all stop behind the same step, with
// a [distributed.ErrStopped]. Rank 0 alone writes and has listeners; the others
// need the data, and no folder. One that fails tells the others why.
func Run(ctx context.Context, cfg Config, listeners ...Listener) (result Result, err error) {
	if err := cfg.Validate(); err != nil {
		return Result{Best: -1}, err
	}
	runtime.LockOSThread() // libtorch keeps a pool of threads for each thread that calls it
	defer runtime.UnlockOSThread()
	var r *run
	defer func() { err = tellWorld(cfg, r != nil, err) }()
	r, err = open(ctx, cfg, listeners)
	if err != nil {
		return Result{Best: -1}, err
	}
	defer func() {
		r.close()
		r.listeners.tell(Stopped{err})
	}()
	r.start()
	r.before = len(r.history)
	for !r.cfg.done(r.progress) {
		if err := r.epoch(ctx); err != nil {
			return r.result(), err
		}
	}
	if r.progress.Epochs < r.cfg.Epochs {
		r.listeners.notice(slog.LevelInfo, "stopped: no better score for so many epochs", "epoch", r.progress.Epochs, "patience", r.cfg.Patience)
	}
	return r.result(), r.saveLast(ctx)
}

// result is what the run has come to so far.
func (r *run) result() Result {
	return Result{
		History: r.history, Best: r.cfg.bestEpoch(r.history), Folder: r.cfg.Out,
		Splits: r.data.splits(), Done: len(r.history) - r.before,
		BestModel: r.folder.path(bestFile), LastModel: r.folder.path(lastFile), HistoryFile: r.folder.path(historyFile),
	}
}

// close frees all that the run holds.
func (r *run) close() {
	if r.trainer != nil {
		r.trainer.Close()
	}
	if r.network != nil {
		r.network.Close()
	}
	if r.data != nil {
		if err := r.data.close(); err != nil {
			r.listeners.notice(slog.LevelWarn, "the picture cache is not complete", "error", err)
		}
	}
	r.folder.close()
}
