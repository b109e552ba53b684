package train

import (
	"errors"
	"fmt"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// tellWorld tells the other processes of a run why this one ends with an error,
// and returns it; where another one has ended, that and what to do about it, if
// the run has begun. All know of one that comes of a request to stop.
func tellWorld(c Config, began bool, err error) error {
	var left *distributed.LeftError
	switch {
	case err == nil || errors.Is(err, distributed.ErrStopped):
		return err
	case errors.As(c.World.Err(), &left) && !began:
		return left
	case errors.As(c.World.Err(), &left):
		return fmt.Errorf("%w; %w in %s", left, ErrLeft, c.Out)
	}
	c.World.Note(err)
	return err
}

// beginning is what the others need of the run that rank 0 has begun or resumed,
// beside the tensors.
type beginning struct {
	Config    Config
	Precision captioner.Precision
	Words     []string
	Tokenizer string
	Progress  progress
	History   []Epoch
}

// followFirst makes the run of each other process rank 0's.
func (r *run) followFirst(device torch.Device) error {
	if !r.processes.several() {
		return nil
	}
	var b beginning
	if r.processes.first() {
		b = beginning{r.cfg, r.trainer.Precision, r.vocabulary.Words(), r.vocabulary.Tokenizer(), r.progress, r.history}
		b.Progress.MicroBatch = r.trainer.MicroBatch()
	}
	if err := r.processes.share(&b); err != nil {
		return err
	}
	if !r.processes.first() {
		if err := r.beginAs(b, device); err != nil {
			return err
		}
	}
	return r.trainer.broadcast()
}

// beginAs makes the run as rank 0 tells it.
func (r *run) beginAs(b beginning, device torch.Device) (err error) {
	r.cfg.From, r.cfg.Model, r.cfg.Preprocessing = b.Config.From, b.Config.Model, b.Config.Preprocessing
	r.progress, r.history = b.Progress, b.History
	if r.vocabulary, err = checkpoint.NewVocabulary(b.Tokenizer, b.Words); err != nil {
		return err
	}
	if r.network, err = captioner.NewNetwork(r.cfg.Model, r.vocabulary.Len(), device); err != nil {
		return err
	}
	if err := r.newTrainer(b.Precision); err != nil {
		return err
	}
	r.trainer.restoreProgress(b.Progress.Steps-b.Progress.PhaseStart, b.Progress.MicroBatch)
	return nil
}
