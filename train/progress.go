package train

import (
	"time"

	"github.com/seetell/seetell/nn"
)

// progress is how far a run has come; a resumed run goes on from here.
type progress struct {
	Epochs  int     `json:"epochs"`  // done
	Batches int     `json:"batches"` // done of the running epoch
	Steps   int     `json:"steps"`   // since the run began
	Best    float64 `json:"best"`    // score of best.safetensors
	Running sums    `json:"running"` // over the running epoch

	Critical   bool       `json:"critical"`    // whether the self-critical epochs have begun
	PhaseStart int        `json:"phase_start"` // the first step of the epochs that are, or are not
	Plateau    nn.Plateau `json:"plateau"`

	SkippedInARow int `json:"faults"` // last steps, none of which was taken
	MicroBatch    int `json:"part"`   // pictures worked through at once; 0 for a batch
}

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

// count adds a step to the running epoch.
func (p *progress) count(b *Batch, stats StepStats) {
	if b.Counts.Words > 0 {
		p.Running.add(b, stats)
		if stats.NotFinite != "" {
			p.SkippedInARow++
		} else {
			p.SkippedInARow = 0
		}
	}
	p.Batches += len(b.Parts)
	p.Steps++
}

func (s *sums) add(b *Batch, stats StepStats) {
	s.Pictures += b.Counts.Pictures
	if stats.NotFinite != "" {
		s.SkippedSteps++
		return
	}
	s.Loss += stats.Loss * float64(stats.Words)
	s.Words += stats.Words
	s.Reward += stats.Reward
	s.Norm += stats.GradientNorm
	s.Steps++
}

// epoch returns what the epoch came to so far, without the validation split's
// part.
func (p progress) epoch() Epoch {
	sum := p.Running
	return Epoch{
		Epoch:             p.Epochs + 1,
		Step:              p.Steps,
		Loss:              sum.Loss / float64(max(sum.Words, 1)),
		LearningRate:      sum.LearningRate,
		Reward:            sum.Reward / float64(max(sum.Steps, 1)),
		GradientNorm:      sum.Norm / float64(max(sum.Steps, 1)),
		PicturesPerSecond: float64(sum.Pictures) / max(sum.Time.Seconds(), 1e-9),
		DataWait:          sum.Wait.Seconds() / max(sum.Time.Seconds(), 1e-9),
		Seconds:           sum.Time.Seconds(),
		SkippedSteps:      sum.SkippedSteps,
		SkippedPictures:   sum.SkippedPictures,
	}
}
