package train

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// open takes the folder and the data and makes the trainer, anew or as a
// stopped run left it. A run that cannot start leaves no folder behind.
func open(ctx context.Context, cfg Config, all []Listener) (r *run, err error) {
	r = &run{cfg: cfg, processes: newProcesses(cfg.World)}
	if r.processes.first() {
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
	if r.cfg.Graphs {
		if err := torch.HasGraphs(device); err != nil {
			return fmt.Errorf("graphs: %w", err)
		}
	}
	precision, err := r.cfg.Precision.Resolve(device)
	if err != nil {
		return err
	}
	if precision.Slow(device) {
		r.listeners.notice(slog.LevelWarn, captioner.Imitated, "precision", precision)
	}
	if r.processes.several() {
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
	if err := r.processes.agree(r.cfg, r.data.Set, device); err != nil {
		return err
	}
	if err := torch.ManualSeed(r.cfg.Seed); err != nil {
		return err
	}
	switch {
	case !r.processes.first(): // rank 0 has all that the others need
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
	return r.newTrainer(p)
}

// newTrainer makes the trainer of the run's network.
func (r *run) newTrainer(p captioner.Precision) error {
	r.trainer = NewTrainer(r.cfg, r.network, r.vocabulary, p)
	r.trainer.Overlap = r.processes.apart()
	return r.trainer.detectWords(r.vocabulary, predict.Captions(r.data.Train))
}

// keepFeatures has the trainer keep what pictures that come again come to in
// frozen layers.
func (r *run) keepFeatures() {
	pictures, bytes := r.data.cacheable(r.cfg), int64(-1)
	if r.cfg.FeatureMemory >= 0 {
		bytes = int64(r.cfg.FeatureMemory) * megabyte
	} else if r.processes.neighbours() > 1 && !r.network.Device.CUDA {
		bytes = int64(torch.Memory(r.network.Device).Free) / 2 / int64(r.processes.neighbours())
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
	if err := r.trainer.fitMemory(r.cfg, r.vocabulary.Len(), len(r.data.Train.Record(0).Captions), r.processes.neighbours()); err != nil {
		return err
	}
	now := r.trainer.MicroBatch()
	if r.cfg.Graphs && now > 0 && now < r.cfg.Batch {
		return fmt.Errorf("%w before the first step: graphs take a batch of %d pictures at once, and there is room for %d", ErrOutOfMemory, r.cfg.Batch, now)
	}
	if now != before {
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
