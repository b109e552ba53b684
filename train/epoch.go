package train

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// epoch trains the rest of an epoch, checks the model and saves it.
func (r *run) epoch(ctx context.Context) error {
	if err := r.enterPhase(); err != nil {
		return err
	}
	torch.ResetPeak(r.network.Device)
	if err := r.steps(ctx); err != nil {
		return r.interrupted(ctx, err)
	}
	line := r.progress.epoch()
	line.PeakMemory = int64(torch.Memory(r.network.Device).Peak)
	if err := r.trainer.Averaged(func() error { return r.validate(ctx, &line) }); err != nil {
		return r.interrupted(ctx, err)
	}
	r.history = append(r.history, line)
	r.listeners.epochDone(line, r.cfg.best(r.history))
	r.cfg.observe(&r.progress.Plateau, r.cfg.score(line))
	r.progress.Epochs++
	r.progress.Batches, r.progress.Running = 0, sums{}
	return r.saveEpoch()
}

// enterPhase sets the trainer to what the running epoch learns. Where that turns
// from the words' likelihood to the captions' reward, or back where a resumed run
// has more epochs, the trainer starts anew from what it has learned.
func (r *run) enterPhase() error {
	epoch, t := r.progress.Epochs, r.trainer
	if critical := r.cfg.critical(epoch); critical != r.progress.Critical {
		r.progress.Critical, r.progress.PhaseStart = critical, r.progress.Steps
		if err := t.Restart(); err != nil {
			return err
		}
	}
	t.Modes = r.cfg.modes(epoch)
	words := NewCrossEntropy(r.cfg, r.network, r.vocabulary, t.Precision, epoch)
	words.Options.Detector = t.Detector
	if t.Objective = words; !r.progress.Critical {
		return nil
	}
	if r.reward == nil {
		r.reward = newCIDErReward(r.data.Train, r.vocabulary, r.cfg.CaptionWords)
	}
	t.Objective = newSelfCritical(r.cfg, words, r.reward)
	return nil
}

// steps runs the rest of the epoch's batches.
func (r *run) steps(ctx context.Context) error {
	loading := ctx
	if r.processes.several() { // they stop behind the same step
		loading = context.WithoutCancel(ctx)
	}
	config := r.data.loading(r.cfg, r.progress)
	config.Begin = predict.Uploads(r.network.Device)
	batches, err := loader.New(loading, r.data.Train, config)
	if err != nil {
		return err
	}
	defer batches.Close()
	total := batches.Batches()
	shown := Progress{Part: fmt.Sprintf("epoch %d/%d", r.progress.Epochs+1, r.cfg.Epochs), Done: r.progress.Batches, Total: total}
	r.listeners.tell(shown)
	started, waited := r.progress.Running.Time, r.progress.Running.Wait
	begin := time.Now()
	for {
		b, err := r.nextBatch(batches)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := b.Join(ctx, r.cfg.World); err != nil {
			return err
		}
		loss, err := r.step(b, (total+r.cfg.Accumulate-1)/r.cfg.Accumulate)
		if err != nil {
			return err
		}
		for _, part := range b.Parts {
			batches.Recycle(part)
		}
		r.progress.Running.Time = started + time.Since(begin)
		r.progress.Running.Wait = waited + batches.Wait()
		shown.Done = r.progress.Batches
		r.listeners.tell(StepDone{r.progress.epoch(), loss})
		r.listeners.tell(shown)
		if r.cfg.CheckpointEvery.due(r.progress.Steps, r.folder.sinceSave()) {
			if err := r.save(); err != nil {
				return err
			}
		}
	}
}

// nextBatch takes the loader's batches of the next step, fewer at the end of an
// epoch, and returns io.EOF after that.
func (r *run) nextBatch(batches *loader.Loader) (*Batch, error) {
	var parts []*loader.Batch
	for len(parts) < r.cfg.Accumulate {
		part, err := batches.Next()
		if errors.Is(err, io.EOF) && len(parts) > 0 {
			break
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return NewBatch(r.vocabulary, r.cfg.CaptionWords, parts...), nil
}

// step learns from one batch, of so many steps an epoch, counts it and returns
// its loss.
func (r *run) step(b *Batch, steps int) (loss float64, err error) {
	if err := r.countSkipped(b); err != nil {
		return 0, err
	}
	if err := r.processes.seed(r.cfg.Seed, r.progress.Steps); err != nil {
		return 0, err
	}
	rest, backbone := r.cfg.rates(r.progress, steps)
	r.progress.Running.LearningRate = rest
	r.trainer.SetRates(rest, backbone)
	before, graphs := r.trainer.MicroBatch(), r.trainer.Graphs()
	stats, err := r.trainer.Step(b)
	if now := r.trainer.Graphs(); now > graphs {
		r.listeners.notice(slog.LevelInfo, "steps of one more size are a graph from now on", "step", r.progress.Steps+1, "graphs", now)
	}
	if now := r.trainer.MicroBatch(); now != before {
		r.listeners.notice(slog.LevelWarn, "out of memory: from now on batches are worked through in parts of so many pictures", "step", r.progress.Steps+1, "pictures", now)
	}
	if err != nil {
		return 0, explain(err, b, r.progress.Steps+1)
	}
	loss = stats.Loss
	if stats.NotFinite != "" {
		loss = math.NaN()
		if err := r.skipStep(b, stats); err != nil {
			return 0, err
		}
	}
	r.progress.count(b, stats)
	return loss, nil
}

// countSkipped counts the pictures of a batch that no process could read, and
// says which.
func (r *run) countSkipped(b *Batch) error {
	all, err := r.processes.skipped(b)
	for _, skip := range all {
		r.listeners.notice(slog.LevelWarn, "picture skipped", "picture", skip.ID, "where", skip.Where, "error", skip.Err)
	}
	r.progress.Running.SkippedPictures += b.skipped()
	return err
}

// mostSkipped is the number of steps in a row without a finite loss after which
// a run stops.
const mostSkipped = 5

// skipStep says that a step was not taken, since its loss or gradients were not
// finite, and ends a run that takes none any more.
func (r *run) skipStep(b *Batch, stats StepStats) error {
	r.listeners.notice(slog.LevelWarn, "step skipped: loss or gradient is not finite", "step", r.progress.Steps+1, "tensor", stats.NotFinite,
		"loss", stats.Loss, "gradient_norm", stats.GradientNorm, "pictures", strings.Join(b.ids(), " "))
	if r.progress.SkippedInARow+1 < mostSkipped {
		return nil
	}
	return fmt.Errorf("%d steps in a row without a finite loss, the last step %d with pictures %s (loss %v, gradient norm %v, the first that is not finite: %s): %w, in %s",
		r.progress.SkippedInARow+1, r.progress.Steps+1, strings.Join(b.ids(), ", "), stats.Loss, stats.GradientNorm, stats.NotFinite, ErrDiverged, r.cfg.Out)
}

// explain says what a failed step was doing.
func explain(err error, b *Batch, step int) error {
	if len(b.ids()) == 0 { // the others hold them
		return fmt.Errorf("step %d: %w", step, err)
	}
	if predict.OutOfMemory(err) {
		return fmt.Errorf("%w in step %d with a batch of %d pictures of %d pixels: %w", ErrOutOfMemory, step, b.largest(), b.Parts[0].Size, err)
	}
	return fmt.Errorf("step %d, pictures %s: %w", step, strings.Join(b.ids(), ", "), err)
}

// shown is the number of validation pictures whose captions the log shows.
const shown = 5

// validate captions the validation split freely and scores the captions.
func (r *run) validate(ctx context.Context, line *Epoch) error {
	total := r.data.Validation.Len()
	r.listeners.tell(Progress{Part: "validation", Total: total, Validation: true})
	found, err := r.trainer.Predictor(r.cfg, r.vocabulary).Predict(ctx, r.data.Validation, func(pictures int) {
		r.listeners.tell(Progress{Part: "validation", Done: pictures, Total: total, Validation: true})
	})
	if err != nil {
		return fmt.Errorf("validation: %w", err)
	}
	if found.AtOnce < predict.Batch {
		r.listeners.notice(slog.LevelWarn, "out of memory: validation pictures were captioned so many at once", "pictures", found.AtOnce)
	}
	if r.processes.first() {
		if math.IsNaN(found.Loss) || math.IsInf(found.Loss, 0) {
			return fmt.Errorf("epoch %d: the validation loss is %v: %w, in %s", line.Epoch, found.Loss, ErrDiverged, r.cfg.Out)
		}
		if r.processes.several() { // the others wait for it
			ctx = context.WithoutCancel(ctx)
		}
		if err := score(ctx, found, line); err != nil {
			return err
		}
	}
	return r.processes.share(line)
}

// score says in an epoch's line what the model's captions come to.
func score(ctx context.Context, found predict.Predictions, line *Epoch) error {
	scores, err := evaluate.Score(ctx, found.Images(), evaluate.Options{Metrics: []evaluate.Metric{evaluate.BLEU, evaluate.ROUGE, evaluate.CIDEr}})
	if err != nil {
		return fmt.Errorf("score the validation split: %w", err)
	}
	line.ValidationLoss, line.DeadChannels = found.Loss, found.DeadChannels
	line.Scores, line.Distinct = scores.Scores, found.Distinct()
	line.Warnings = warnings(*line, len(found.Pictures))
	for _, p := range found.Pictures[:min(shown, len(found.Pictures))] {
		line.Examples = append(line.Examples, Example{ID: p.ID, Caption: p.Captions[0].Text})
	}
	return nil
}
