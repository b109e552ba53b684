package train

import (
	"context"
	"log/slog"
	"math"

	"github.com/seetell/seetell/torch"
)

// logEvery is the number of steps between lines of the log, and between
// TensorBoard's points, within an epoch.
const logEvery = 100

// Log returns a listener that writes a run into a log.
func Log(to *slog.Logger) Listener { return &logListener{log: to} }

type logListener struct {
	log    *slog.Logger
	device torch.Device
}

// Hear writes an event.
func (l *logListener) Hear(e Event) error {
	switch e := e.(type) {
	case Started:
		l.device = e.Device
		l.log.Info("training", "device", e.Device, "precision", e.Precision, "threads", torch.Threads(),
			"pictures", e.Pictures, "validation", e.Validation, "words", e.Vocabulary)
	case StepDone:
		if e.Step%logEvery == 0 {
			l.step(e.Epoch)
		}
	case EpochDone:
		l.epoch(e.Epoch)
	case Notice:
		l.log.Log(context.Background(), e.Level, e.Message, e.Attributes...)
	}
	return nil
}

// step says how the epoch goes. Live tensors and resident memory must not grow
// from one line to the next.
func (l *logListener) step(e Epoch) {
	l.log.Info("step", "epoch", e.Epoch, "step", e.Step, "loss", round(e.Loss),
		"pictures_per_second", round(e.PicturesPerSecond), "tensors", torch.Live(), "memory", torch.Memory(l.device).Allocated)
}

func (l *logListener) epoch(e Epoch) {
	fields := []any{
		"epoch", e.Epoch, "loss", round(e.Loss), "validation_loss", round(e.ValidationLoss),
		"gradient_norm", round(e.GradientNorm), "pictures_per_second", round(e.PicturesPerSecond),
		"data_wait", round(e.DataWait), "seconds", round(e.Seconds), "distinct", e.Distinct,
	}
	if e.Reward > 0 {
		fields = append(fields, "reward", round(e.Reward))
	}
	for name, score := range e.Scores {
		fields = append(fields, name, round(score))
	}
	l.log.Info("epoch done", fields...)
}

// round keeps four digits behind the point, enough for a log.
func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }
