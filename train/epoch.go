package train

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// sums adds up what the steps of an epoch came to.
type sums struct {
	Loss            float64       `json:"loss"` // over words
	Words           int           `json:"words"`
	Reward          float64       `json:"reward"`        // of drawn captions, over steps
	Norm            float64       `json:"norm"`          // of gradients, over steps
	Steps           int           `json:"steps"`         // taken
	LearningRate    float64       `json:"learning_rate"` // of the last step
	Pictures        int           `json:"pictures"`
	SkippedSteps    int           `json:"skipped_steps"`
	SkippedPictures int           `json:"skipped_pictures"`
	Wait            time.Duration `json:"wait"`
	Time            time.Duration `json:"time"`
}

// epoch trains the rest of an epoch, checks the model and saves it.
func (r *session) epoch(ctx context.Context) error {
	torch.ResetPeak(r.network.Device)
	if err := r.steps(ctx); err != nil {
		return r.interrupted(ctx, err)
	}
	line := r.summary()
	if err := r.averaged(func() error { return r.validate(ctx, &line) }); err != nil {
		return r.interrupted(ctx, err)
	}
	r.report(line)
	r.addEpoch(line)
	r.history = append(r.history, line)
	r.observe(line.Scores[bestScores[r.cfg.BestBy]])
	r.progress.Epochs++
	r.progress.Batches, r.progress.Running = 0, sums{}
	return r.saveEpoch()
}

// interrupted saves what was done where err comes from the end of ctx.
func (r *session) interrupted(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	if err := errors.Join(r.save(), r.saves.err); err != nil {
		return fmt.Errorf("interrupted after step %d, which could not be saved: %w", r.progress.Steps, err)
	}
	return fmt.Errorf("interrupted after step %d; --resume goes on from there: %w", r.progress.Steps, ctx.Err())
}

// steps runs the rest of the epoch's batches.
func (r *session) steps(ctx context.Context) error {
	loader, err := loader.New(ctx, r.train, r.loaderConfig())
	if err != nil {
		return err
	}
	defer loader.Close()
	r.bar.Begin(fmt.Sprintf("epoch %d/%d", r.progress.Epochs+1, r.cfg.Epochs), loader.Batches())
	r.bar.Done(r.progress.Batches)
	defer r.bar.End()
	started, waited := r.progress.Running.Time, r.progress.Running.Wait
	begin := time.Now()
	for {
		lesson, err := r.nextLesson(loader)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.step(lesson, loader.Batches()); err != nil {
			return err
		}
		lesson.recycle(loader)
		r.progress.Running.Time = started + time.Since(begin)
		r.progress.Running.Wait = waited + loader.Wait()
		r.bar.Done(r.progress.Batches)
		r.logStep()
		if err := r.saveBetween(); err != nil {
			return err
		}
	}
}

// logEvery is the number of steps between lines of the log within an epoch.
const logEvery = 100

// logStep says how the epoch goes. Live tensors and resident memory must not
// grow from one line to the next.
func (r *session) logStep() {
	if r.progress.Steps%logEvery != 0 {
		return
	}
	sum := r.progress.Running
	r.log.WithFields(logrus.Fields{
		"epoch": r.progress.Epochs + 1, "step": r.progress.Steps, "loss": round(sum.Loss / float64(max(sum.Words, 1))),
		"pictures_per_second": round(float64(sum.Pictures) / sum.Time.Seconds()), "tensors": torch.Live(),
		"memory": torch.Memory(r.network.Device).Allocated,
	}).Info("step")
	r.addStep()
}

func (r *session) loaderConfig() loader.Config {
	return loader.Config{
		Batch:         r.cfg.Batch,
		Workers:       r.cfg.Workers,
		Shuffle:       true,
		Seed:          r.cfg.Seed,
		Epoch:         r.progress.Epochs,
		Start:         r.progress.Batches,
		PerCaption:    r.cfg.CaptionsPerStep == "1",
		Preprocessing: r.cfg.Preprocessing,
		Augment:       r.cfg.Augmentation,
		FastDecode:    r.cfg.FastDecode,
		Cache:         r.pictures,
	}
}

// step learns one lesson and counts it.
func (r *session) step(l lesson, batches int) error {
	for _, batch := range l.batches {
		r.progress.Running.SkippedPictures += len(batch.Skipped)
		for _, skip := range batch.Skipped {
			r.log.WithFields(logrus.Fields{"picture": skip.ID, "where": skip.Where}).WithError(skip.Err).Warn("picture skipped")
		}
	}
	if l.words > 0 {
		r.setRates((batches + r.cfg.Accumulate - 1) / r.cfg.Accumulate)
		outcome, err := r.learn(l)
		if err != nil {
			return err
		}
		if err := r.count(outcome, l); err != nil {
			return err
		}
	}
	r.progress.Batches += len(l.batches)
	r.progress.Steps++
	return nil
}

func (r *session) count(o outcome, l lesson) error {
	running := &r.progress.Running
	running.Pictures += l.pictures
	if !o.finite() {
		return r.fault(o, l)
	}
	r.progress.Faults = 0
	running.Loss += o.loss * float64(o.words)
	running.Words += o.words
	running.Reward += o.reward
	running.Norm += o.norm
	running.Steps++
	return nil
}

// summary is the history's line so far, without the validation split's part.
func (r *session) summary() Epoch {
	sum := r.progress.Running
	memory := torch.Memory(r.network.Device)
	return Epoch{
		Epoch:             r.progress.Epochs + 1,
		Step:              r.progress.Steps,
		Loss:              sum.Loss / float64(max(sum.Words, 1)),
		LearningRate:      sum.LearningRate,
		Reward:            sum.Reward / float64(max(sum.Steps, 1)),
		GradientNorm:      sum.Norm / float64(max(sum.Steps, 1)),
		PicturesPerSecond: float64(sum.Pictures) / max(sum.Time.Seconds(), 1e-9),
		DataWait:          sum.Wait.Seconds() / max(sum.Time.Seconds(), 1e-9),
		PeakMemory:        int64(memory.Peak),
		Seconds:           sum.Time.Seconds(),
		SkippedSteps:      sum.SkippedSteps,
		SkippedPictures:   sum.SkippedPictures,
	}
}

// shown is the number of validation pictures whose captions the log shows.
const shown = 5

// validate captions the validation split freely and scores the captions.
func (r *session) validate(ctx context.Context, line *Epoch) error {
	predictor := r.predictor()
	r.bar.Begin("validation", r.validation.Len())
	found, err := predictor.Predict(ctx, r.validation, r.bar.Done)
	r.bar.End()
	if err != nil {
		return fmt.Errorf("validation: %w", err)
	}
	scores, err := evaluate.Score(ctx, found.Images(), evaluate.Options{Metrics: []string{"bleu", "rouge", "cider"}})
	if err != nil {
		return fmt.Errorf("score the validation split: %w", err)
	}
	if math.IsNaN(found.Loss) || math.IsInf(found.Loss, 0) {
		return fmt.Errorf("epoch %d: the validation loss is %v: the weights have diverged; the last checkpoint in %s is good: lower the learning rate and start from it with --from", line.Epoch, found.Loss, r.cfg.Out)
	}
	line.ValidationLoss, line.DeadChannels = found.Loss, found.DeadChannels
	line.Scores, line.Distinct = scores.Scores, found.Distinct()
	line.Warnings = warnings(*line, len(found.Pictures))
	for _, p := range found.Pictures[:min(shown, len(found.Pictures))] {
		line.Examples = append(line.Examples, Example{ID: p.ID, Caption: p.Captions[0].Text})
	}
	return nil
}

func (r *session) predictor() *predict.Predictor {
	p := &predict.Predictor{
		Network:      r.network,
		Vocabulary:   r.vocabulary,
		Loader:       loader.Config{Batch: predict.Batch, Workers: r.cfg.Workers, Preprocessing: r.cfg.Preprocessing},
		Beam:         r.cfg.Beam,
		Precision:    r.precision,
		CaptionWords: r.cfg.CaptionWords,
	}
	if modes := captioner.Evaluation; r.modes().Frozen > 0 {
		modes.Frozen = r.modes().Frozen
		p.Pooled = func(s *torch.Scope, batch *loader.Batch) *torch.Tensor {
			return r.network.Pooled(s, r.kept(s, batch, modes.Frozen), modes, r.precision)
		}
	}
	return p
}

// report says what an epoch came to.
func (r *session) report(line Epoch) {
	if table, ok := r.bar.(Table); ok {
		table.Epoch(line, r.best(line, r.history))
	} else {
		r.logEpoch(line)
	}
	for _, example := range line.Examples {
		r.log.WithFields(logrus.Fields{"picture": example.ID, "caption": example.Caption}).Info("example")
	}
	for _, warning := range line.Warnings {
		r.log.WithField("epoch", line.Epoch).Warn(warning)
	}
}

func (r *session) logEpoch(line Epoch) {
	fields := logrus.Fields{
		"epoch": line.Epoch, "loss": round(line.Loss), "validation_loss": round(line.ValidationLoss),
		"gradient_norm": round(line.GradientNorm), "pictures_per_second": round(line.PicturesPerSecond),
		"data_wait": round(line.DataWait), "seconds": round(line.Seconds), "distinct": line.Distinct,
	}
	if line.Reward > 0 {
		fields["reward"] = round(line.Reward)
	}
	for name, score := range line.Scores {
		fields[name] = round(score)
	}
	r.log.WithFields(fields).Info("epoch done")
}

// round keeps four digits behind the point, enough for a log.
func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// bestScores maps the values of Config.BestBy to the report's names.
var bestScores = map[string]string{"cider": "CIDEr", "bleu": "Bleu_4", "rouge": "ROUGE_L"}
