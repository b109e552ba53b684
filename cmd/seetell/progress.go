package main

import (
	"io"
	"os"

	"github.com/urfave/cli/v2"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/seetell/seetell/train"
)

// newTable returns newProgress's bar with a table of epochs, where the log is
// for people to read.
func newTable(c *cli.Context) train.Progress {
	progress, ok := newProgress(c.App.ErrWriter).(*bars)
	switch {
	case !ok:
		return nil
	case c.Bool("quiet") || c.String("log-format") != "text":
		return progress
	}
	return struct {
		*bars
		*table
	}{progress, &table{out: progress.out}}
}

// newProgress returns a progress bar when messages is a terminal, and nil,
// which shows nothing, when it is not.
func newProgress(messages io.Writer) train.Progress {
	file, ok := messages.(*os.File)
	if !ok {
		return nil
	}
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return &bars{out: file}
}

// bars shows one bar at a time.
type bars struct {
	out      io.Writer
	progress *mpb.Progress
	bar      *mpb.Bar
}

// Begin shows a bar of total parts.
func (b *bars) Begin(what string, total int) {
	b.progress = mpb.New(mpb.WithOutput(b.out), mpb.WithWidth(40))
	b.bar = b.progress.AddBar(int64(total),
		mpb.PrependDecorators(decor.Name(what+" "), decor.CountersNoUnit("%d/%d")),
		mpb.AppendDecorators(decor.AverageSpeed(0, "%.1f/s "), decor.AverageETA(decor.ET_STYLE_GO)),
		mpb.BarRemoveOnComplete())
}

// Done sets the number of parts done.
func (b *bars) Done(count int) { b.bar.SetCurrent(int64(count)) }

// End takes the bar away.
func (b *bars) End() {
	b.bar.Abort(true)
	b.progress.Wait()
}

// counter shows how much of one thing is done.
type counter struct {
	what string
	bar  train.Progress // nil for none to be seen
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
