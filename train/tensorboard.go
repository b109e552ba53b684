package train

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/seetell/seetell/train/tensorboard"
)

// eventsFolder is the folder of TensorBoard's event files within a run's.
const eventsFolder = "tensorboard"

// TensorBoard returns a listener that writes event files into the folder
// tensorboard of a run's folder.
func TensorBoard(dir string) Listener { return &tensorBoard{dir: filepath.Join(dir, eventsFolder)} }

type tensorBoard struct {
	dir    string
	events *tensorboard.Writer // nil before the run begins
}

// Hear writes an event.
func (l *tensorBoard) Hear(e Event) error {
	switch e := e.(type) {
	case Started:
		return l.open(e)
	case StepDone:
		if e.Step%logEvery == 0 {
			return l.step(e.Epoch)
		}
	case EpochDone:
		return l.epoch(e.Epoch)
	case Stopped:
		if l.events != nil {
			return l.events.Close()
		}
	}
	return nil
}

// open begins an event file. What was written of steps that are still to come
// is dropped.
func (l *tensorBoard) open(e Started) (err error) {
	epochs := 0 // the step of the last epoch done
	if done := len(e.History); done > 0 {
		epochs = e.History[done-1].Step
	}
	l.events, err = tensorboard.Open(l.dir, func(step int, tag string) bool {
		if strings.HasPrefix(tag, "step/") {
			return step <= e.Steps
		}
		return step <= epochs
	})
	if err != nil {
		return fmt.Errorf("no event file for TensorBoard: %w", err)
	}
	return nil
}

// step writes how an epoch goes.
func (l *tensorBoard) step(e Epoch) error {
	return l.add(e.Step, map[string]float64{
		"step/loss":                e.Loss,
		"step/gradient_norm":       e.GradientNorm,
		"step/learning_rate":       e.LearningRate,
		"step/pictures_per_second": e.PicturesPerSecond,
	}, nil)
}

// epoch writes what an epoch came to, and what the model says of some
// validation pictures.
func (l *tensorBoard) epoch(e Epoch) error {
	scalars := map[string]float64{
		"loss/train":          e.Loss,
		"loss/validation":     e.ValidationLoss,
		"learning_rate":       e.LearningRate,
		"gradient_norm":       e.GradientNorm,
		"pictures_per_second": e.PicturesPerSecond,
		"data_wait":           e.DataWait,
		"memory/peak_bytes":   float64(e.PeakMemory),
		"distinct_captions":   float64(e.Distinct),
	}
	for name, score := range e.Scores {
		scalars["score/"+name] = score
	}
	var captions strings.Builder
	for _, example := range e.Examples {
		fmt.Fprintf(&captions, "* %s: %s\n", example.ID, example.Caption)
	}
	return l.add(e.Step, scalars, map[string]string{"captions": captions.String()})
}

func (l *tensorBoard) add(step int, scalars map[string]float64, texts map[string]string) error {
	if err := l.events.Add(step, scalars, texts); err != nil {
		_ = l.events.Close()
		return fmt.Errorf("the event file for TensorBoard ends here: %w", err)
	}
	return nil
}
