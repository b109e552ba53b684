package train

import (
	"fmt"
	"strings"

	"github.com/seetell/seetell/train/tensorboard"
)

// eventsFolder is the folder of TensorBoard's event files within a run's.
const eventsFolder = "tensorboard"

// openEvents begins an event file. A run does without where it cannot.
func (r *session) openEvents() {
	epochs := 0 // the step of the last epoch done
	if done := len(r.history); done > 0 {
		epochs = r.history[done-1].Step
	}
	events, err := tensorboard.Open(r.path(eventsFolder), func(step int, tag string) bool {
		if strings.HasPrefix(tag, "step/") {
			return step <= r.progress.Steps
		}
		return step <= epochs
	})
	if err != nil {
		r.log.WithError(err).Warn("no event file for TensorBoard")
		return
	}
	r.events = events
}

// addEvent writes numbers and texts of the present step. A failure is said
// once.
func (r *session) addEvent(scalars map[string]float64, texts map[string]string) {
	if r.events == nil {
		return
	}
	if err := r.events.Add(r.progress.Steps, scalars, texts); err != nil {
		r.log.WithError(err).Warn("the event file for TensorBoard ends here")
		_ = r.events.Close()
		r.events = nil
	}
}

// addStep writes how the epoch goes.
func (r *session) addStep() {
	sum := r.progress.Running
	r.addEvent(map[string]float64{
		"step/loss":                sum.Loss / float64(max(sum.Words, 1)),
		"step/gradient_norm":       sum.Norm / float64(max(sum.Steps, 1)),
		"step/learning_rate":       sum.LearningRate,
		"step/pictures_per_second": float64(sum.Pictures) / max(sum.Time.Seconds(), 1e-9),
	}, nil)
}

// addEpoch writes what an epoch came to, and what the model says of some
// validation pictures.
func (r *session) addEpoch(line Epoch) {
	scalars := map[string]float64{
		"loss/train":          line.Loss,
		"loss/validation":     line.ValidationLoss,
		"learning_rate":       line.LearningRate,
		"gradient_norm":       line.GradientNorm,
		"pictures_per_second": line.PicturesPerSecond,
		"data_wait":           line.DataWait,
		"memory/peak_bytes":   float64(line.PeakMemory),
		"distinct_captions":   float64(line.Distinct),
	}
	for name, score := range line.Scores {
		scalars["score/"+name] = score
	}
	var captions strings.Builder
	for _, example := range line.Examples {
		fmt.Fprintf(&captions, "* %s: %s\n", example.ID, example.Caption)
	}
	r.addEvent(scalars, map[string]string{"captions": captions.String()})
}
