package train

import (
	"bytes"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"
)

// TestMeter has a run of two epochs of four batches, of which one step is not
// taken.
func TestMeter(t *testing.T) {
	var m Meter
	m.Hear(Started{Config: Config{Epochs: 2}})
	m.Hear(Progress{Part: "epoch 1/2", Total: 4})
	m.begin = time.Now().Add(-3 * time.Second)
	for i, loss := range []float64{4, math.NaN(), 2} {
		m.Hear(StepDone{Epoch{Epoch: 1, Step: i + 1}, loss})
		m.Hear(Progress{Part: "epoch 1/2", Done: i + 1, Total: 4})
	}
	if m.Loss != 3 || m.Left.Round(100*time.Millisecond) != time.Second || m.RunLeft.Round(100*time.Millisecond) != 5*time.Second {
		t.Errorf("loss %v, %v and %v left, want 3, 1 s and 5 s", m.Loss, m.Left, m.RunLeft)
	}
	m.Hear(EpochDone{})
	m.Hear(Progress{Part: "epoch 2/2", Done: 2, Total: 4}) // a resumed one
	if m.Left != 0 {
		t.Errorf("%v left of an epoch that has not begun", m.Left)
	}
}

// TestLogWithinEpochs writes a line when time has passed, and the examples behind
// an epoch.
func TestLogWithinEpochs(t *testing.T) {
	var text bytes.Buffer
	l := &logListener{log: slog.New(slog.NewTextHandler(&text, nil)), pause: time.Hour}
	hear := func(e Event) {
		if err := l.Hear(e); err != nil {
			t.Fatal(err)
		}
	}
	hear(Started{})
	hear(StepDone{Epoch{Epoch: 1, Step: 7, LearningRate: 1.9510565162951536e-5}, 2.5})
	hear(Progress{Done: 7, Total: 10})
	if strings.Contains(text.String(), "msg=step") {
		t.Errorf("a line within the hour:\n%s", &text)
	}
	l.pause = 0
	hear(Progress{Done: 7, Total: 10})
	hear(Progress{Part: "validation", Done: 3, Total: 5, Validation: true})
	hear(EpochDone{Epoch: Epoch{Epoch: 1, Examples: []Example{{ID: "a.jpg", Caption: "a dog"}}}})
	for _, want := range []string{"msg=step epoch=1 step=7 loss=2.5 learning_rate=1.951e-05", "run_left=", "msg=validation done=3 of=5", `msg=example picture=a.jpg caption="a dog"`} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, &text)
		}
	}
}
