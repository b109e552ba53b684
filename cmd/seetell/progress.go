package main

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"github.com/urfave/cli/v2"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/train"
)

// watching returns what hears of a training: the log and, on a terminal, a bar.
// Where the log is for people to read there, a table of epochs takes the place
// of their lines in it.
func watching(c *cli.Context, log train.Listener) []train.Listener {
	show := newProgress(c.App.ErrWriter)
	switch {
	case show == nil:
		return []train.Listener{log}
	case c.Bool("quiet") || c.String("log-format") != "text":
		return []train.Listener{&trainingBar{show: show}, log}
	}
	return []train.Listener{&trainingBar{show: show}, &table{out: show.out}, noticesOnly{log}}
}

// noticesOnly hears of nothing that bar and table show.
type noticesOnly struct{ train.Listener }

// Hear passes an event on.
func (l noticesOnly) Hear(e train.Event) error {
	switch e.(type) {
	case train.EpochDone, train.StepDone, train.Progress:
		return nil
	}
	return l.Listener.Hear(e)
}

// trainingBar shows how far an epoch, or its check, has come.
type trainingBar struct {
	show  *bars
	part  string // shown now; empty for none
	meter train.Meter
}

// Hear moves the bar, and takes it away before others write.
func (l *trainingBar) Hear(e train.Event) error {
	l.meter.Hear(e)
	switch e := e.(type) {
	case train.Progress:
		if e.Part != l.part {
			l.end()
			l.show.Begin(e.Part, e.Total)
			l.part = e.Part
		}
		if !e.Validation {
			l.show.Note(howItGoes(&l.meter))
		}
		if l.show.Done(e.Done); e.Done == e.Total {
			l.end()
		}
	case train.EpochDone, train.Stopped:
		l.end()
	}
	return nil
}

func (l *trainingBar) end() {
	if l.part != "" {
		l.show.End()
		l.part = ""
	}
}

// howItGoes is what the bar says of a training.
func howItGoes(m *train.Meter) string {
	if m.Loss == 0 {
		return ""
	}
	text := fmt.Sprintf(" loss %.3f  rate %.1e", m.Loss, m.Epoch.LearningRate)
	if left := m.RunLeft.Round(time.Minute); left > 0 {
		text += "  run " + strings.TrimSuffix(left.String(), "0s")
	}
	return text
}

// newProgress returns a progress bar when messages is a terminal, and nil,
// which shows nothing, when it is not.
func newProgress(messages io.Writer) *bars {
	if file, ok := terminalFile(messages); ok && !terminal.Dumb() {
		return &bars{out: file}
	}
	return nil
}

// bars shows one bar at a time.
type bars struct {
	out      io.Writer
	progress *mpb.Progress
	bar      *mpb.Bar
	note     atomic.Value // string behind the bar
}

// Begin shows a bar of total parts.
func (b *bars) Begin(what string, total int) {
	b.Note("")
	b.progress = mpb.New(mpb.WithOutput(b.out), mpb.WithWidth(30))
	b.bar = b.progress.AddBar(int64(total),
		mpb.PrependDecorators(decor.Name(terminal.Line(what)+" "), decor.CountersNoUnit("%d/%d")),
		mpb.AppendDecorators(decor.AverageSpeed(0, "%.1f/s "), decor.AverageETA(decor.ET_STYLE_GO), decor.Any(func(decor.Statistics) string { return b.note.Load().(string) })),
		mpb.BarRemoveOnComplete())
}

// Done sets the number of parts done.
func (b *bars) Done(count int) { b.bar.SetCurrent(int64(count)) }

// Note writes a text behind the bar.
func (b *bars) Note(text string) { b.note.Store(terminal.Line(text)) }

// End takes the bar away.
func (b *bars) End() {
	b.bar.Abort(true)
	b.progress.Wait()
}

// counter shows how much of one thing is done.
type counter struct {
	what string
	bar  *bars // nil for none to be seen
	on   bool
}

func newCounter(c *cli.Context, what string) *counter {
	return &counter{what: what, bar: newProgress(c.App.ErrWriter)}
}

// count shows the bar until all is done.
func (b *counter) count(done, total int) {
	if b.bar == nil {
		return
	}
	if !b.on {
		b.bar.Begin(b.what, total)
		b.on = true
	}
	if b.bar.Done(done); done == total {
		b.end()
	}
}

// end takes the bar away, where one is.
func (b *counter) end() {
	if b.on {
		b.bar.End()
		b.on = false
	}
}
