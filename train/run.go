package train

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
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
	neighbours int // processes of the run on this machine, this one among them
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

// open takes the folder and the data and makes the trainer, anew or as a
// stopped run left it. A run that cannot start leaves no folder behind.
func open(ctx context.Context, cfg Config, all []Listener) (r *run, err error) {
	r = &run{cfg: cfg}
	if r.first() {
		if r.folder, err = openFolder(cfg.Out, cfg.Keep); err != nil {
			return nil, err
		}
		r.listeners = listeners{newHistoryListener(r.folder)}
		for _, one := range all {
			if one != nil {
				r.listeners = append(r.listeners, one)
			}
		}
	} else {
		r.folder = otherFolder(cfg.Out)
	}
	if err := r.begin(ctx); err != nil {
		r.close()
		r.folder.abandon()
		return nil, err
	}
	return r, nil
}

// begin opens the data and makes the trainer.
func (r *run) begin(ctx context.Context) (err error) {
	device, err := torch.ParseDevice(r.cfg.Device)
	if err != nil {
		return err
	}
	precision, err := r.cfg.Precision.Resolve(device)
	if err != nil {
		return err
	}
	if r.cfg.World.Size() > 1 {
		if err := r.cfg.World.OpenDevice(device); err != nil {
			return err
		}
	}
	if r.data, err = openData(ctx, r.cfg); err != nil {
		return err
	}
	for _, split := range []*dataset.Split{r.data.Train, r.data.Validation} {
		if err := readable(ctx, split); err != nil {
			return err
		}
	}
	if n := r.data.Validation.Len(); n < fewPictures {
		r.listeners.notice(slog.LevelWarn, "so few pictures to check on that which epoch is best is chance; the last one is as good", "pictures", n, "split", r.data.Validation.Name)
	}
	if left := r.data.Set.Problems.Err(); left != nil {
		r.listeners.notice(slog.LevelWarn, "parts of the data set are left out", "error", left)
	}
	if err := r.agree(device); err != nil {
		return err
	}
	if err := torch.ManualSeed(r.cfg.Seed); err != nil {
		return err
	}
	switch {
	case !r.first(): // rank 0 has all that the others need
	case r.cfg.Resume:
		err = r.resume(device, precision)
	default:
		err = r.create(ctx, device, precision)
	}
	if err == nil {
		err = r.followFirst(device)
	}
	if err != nil {
		return err
	}
	r.keepFeatures()
	if err := r.fitMemory(); err != nil {
		return err
	}
	return r.data.keepDecoded(r.cfg)
}

// create makes a network anew, or takes a checkpoint's, and its trainer.
func (r *run) create(ctx context.Context, device torch.Device, p captioner.Precision) error {
	if there, err := r.folder.holdsRun(); err != nil {
		return err
	} else if there {
		return fmt.Errorf("%w: %s", ErrHoldsRun, r.cfg.Out)
	}
	var err error
	if r.network, r.vocabulary, err = newNetwork(ctx, &r.cfg, predict.Captions(r.data.Train), device); err != nil {
		return err
	}
	r.trainer = NewTrainer(r.cfg, r.network, r.vocabulary, p)
	return nil
}

// keepFeatures has the trainer keep what pictures that come again come to in
// frozen layers.
func (r *run) keepFeatures() {
	pictures, bytes := r.data.cacheable(r.cfg), int64(-1)
	if r.cfg.FeatureMemory >= 0 {
		bytes = int64(r.cfg.FeatureMemory) * megabyte
	} else if r.neighbours > 1 && !r.network.Device.CUDA {
		bytes = int64(torch.Memory(r.network.Device).Free) / 2 / int64(r.neighbours)
	}
	r.trainer.KeepFeatures(pictures, bytes, func(kept, bytes int64) {
		if kept < int64(pictures) {
			r.listeners.notice(slog.LevelInfo, "features of some pictures are kept; the others are computed each time", "pictures", kept, "of", pictures, "bytes", bytes)
		}
	})
}

// fitMemory shrinks the micro-batch to what memory holds.
func (r *run) fitMemory() error {
	before := r.trainer.MicroBatch()
	if err := r.trainer.fitMemory(r.cfg, r.vocabulary.Len(), len(r.data.Train.Record(0).Captions), r.neighbours); err != nil {
		return err
	}
	if err := r.shareMicroBatch(); err != nil {
		return err
	}
	if now := r.trainer.MicroBatch(); now != before {
		r.listeners.notice(slog.LevelWarn, "memory is too small for a batch: batches are worked through in parts of so many pictures", "pictures", now)
	}
	return nil
}

// start lets all hear that the run begins.
func (r *run) start() {
	r.listeners.tell(Started{
		Config: r.cfg, Steps: r.progress.Steps, History: r.history, Device: r.network.Device, Precision: r.trainer.Precision,
		Pictures: r.data.Train.Len(), Validation: r.data.Validation.Len(), Vocabulary: r.vocabulary.Len(),
	})
	if share := r.data.unknownRate(r.vocabulary, r.cfg.CaptionWords); share > .1 {
		r.listeners.notice(slog.LevelWarn, fmt.Sprintf("%.0f %% of the captions' words stand fewer than %d times and will not be learned; a lower minimum count keeps more", 100*share, r.cfg.MinimumCount))
	}
}

func (r *run) result() Result {
	return Result{
		History: r.history, Best: r.cfg.bestEpoch(r.history), Folder: r.cfg.Out,
		Splits: r.data.splits(), Done: len(r.history) - r.before,
		BestModel: r.folder.path(bestFile), LastModel: r.folder.path(lastFile), HistoryFile: r.folder.path(historyFile),
	}
}

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

// save writes the run as it is. What a full disk or a lost permission keeps from
// being written all hear of, and the next save tries it again. An error is one
// of the model's.
func (r *run) save() error {
	if !r.first() {
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
	if r.cfg.World.Size() > 1 { // they stop behind the same step, or fail
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
