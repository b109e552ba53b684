package train

import (
	"math"
	"time"
)

// Meter gathers, from what a listener hears, what people want to see of a run
// that goes on: the loss of late, and the time that is left.
type Meter struct {
	Epoch   Epoch         // so far
	Loss    float64       // running mean, in which a step weighs a fiftieth; 0 before the first
	Left    time.Duration // of the epoch, at the pace of its batches so far; 0 where unknown
	RunLeft time.Duration // of the whole run, at that pace, its checks left out

	epochs, steps int       // of the run; taken since it began or went on
	begin         time.Time // of the epoch, or of the rest of one
	from          int       // batches done then
}

// meterSteps is over how many steps Loss is a mean, about.
const meterSteps = 50

// Hear takes an event in.
func (m *Meter) Hear(e Event) {
	switch e := e.(type) {
	case Started:
		*m = Meter{epochs: e.Config.Epochs}
	case StepDone:
		m.Epoch = e.Epoch
		if !math.IsNaN(e.StepLoss) {
			m.steps++
			m.Loss += (e.StepLoss - m.Loss) / float64(min(m.steps, meterSteps))
		}
	case EpochDone:
		m.begin = time.Time{}
	case Progress:
		if !e.Validation {
			m.pace(e)
		}
	}
}

// pace reckons what is left.
func (m *Meter) pace(p Progress) {
	if m.begin.IsZero() {
		m.begin, m.from, m.Left, m.RunLeft = time.Now(), p.Done, 0, 0
	}
	if p.Done > m.from {
		each := float64(time.Since(m.begin)) / float64(p.Done-m.from)
		m.Left = time.Duration(each * float64(p.Total-p.Done))
		m.RunLeft = m.Left + time.Duration(each*float64(p.Total*max(0, m.epochs-m.Epoch.Epoch)))
	}
}
