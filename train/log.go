package train

import (
	"context"
	"log/slog"
	"math"
	"strconv"
	"time"

	"github.com/seetell/seetell/torch"
)

// logEvery is the number of steps between TensorBoard's points within an epoch.
const logEvery = 100

// logPause is the time between lines of the log within an epoch.
const logPause = 30 * time.Second

// Log returns a listener that writes a run into a log: within an epoch a line
// every half minute.
func Log(to *slog.Logger) Listener { return &logListener{log: to, pause: logPause} }

type logListener struct {
	log    *slog.Logger
	device torch.Device
	pause  time.Duration
	last   time.Time // of a line
	meter  Meter
}

// Hear writes an event.
func (l *logListener) Hear(e Event) error {
	l.meter.Hear(e)
	switch e := e.(type) {
	case Started:
		l.device, l.last = e.Device, time.Now()
		l.log.Info("training", "device", e.Device, "precision", e.Precision, "threads", torch.Threads(),
			"pictures", e.Pictures, "validation", e.Validation, "words", e.Vocabulary)
	case Progress:
		if time.Since(l.last) >= l.pause {
			l.progress(e)
		}
	case EpochDone:
		l.epoch(e.Epoch)
	case Notice:
		l.log.Log(context.Background(), e.Level, e.Message, e.Attributes...)
	}
	return nil
}

// progress says how the epoch goes, or its check. Live tensors and resident
// memory must not grow from one line to the next.
func (l *logListener) progress(p Progress) {
	l.last = time.Now()
	if p.Validation {
		l.log.Info("validation", "done", p.Done, "of", p.Total)
		return
	}
	m := &l.meter
	l.log.Info("step", "epoch", m.Epoch.Epoch, "step", m.Epoch.Step, "loss", round(m.Loss), "learning_rate", roundRate(m.Epoch.LearningRate),
		"pictures_per_second", round(m.Epoch.PicturesPerSecond), "left", m.Left.Round(time.Second).String(), "run_left", m.RunLeft.Round(time.Second).String(),
		"tensors", torch.Live(), "memory", torch.Memory(l.device).Allocated)
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
	for _, example := range e.Examples {
		l.log.Info("example", "picture", example.ID, "caption", example.Caption)
	}
	l.last = time.Now()
}

// round keeps four digits behind the point, enough for a log.
func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// roundRate keeps four digits of a learning rate, whatever its size.
func roundRate(x float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64)
	if err != nil {
		return x
	}
	return rounded
}
