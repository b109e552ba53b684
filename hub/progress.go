package hub

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/seetell/seetell/internal/terminal"
)

// logKey is the context's key of WithLog.
type logKey struct{}

// WithLog returns a context whose downloads tell log of their beginning and end
// where no progress is drawn. Without it they are silent.
func WithLog(ctx context.Context, log *slog.Logger) context.Context {
	return context.WithValue(ctx, logKey{}, log)
}

// logOf returns the log of a context, one that keeps nothing where it has none.
func logOf(ctx context.Context) *slog.Logger {
	if log, _ := ctx.Value(logKey{}).(*slog.Logger); log != nil {
		return log
	}
	return slog.New(slog.DiscardHandler)
}

// bar shows how far all files of a download are. Where there is no terminal it
// logs the beginning and the end.
type bar struct {
	log         *slog.Logger
	name        string
	files       int
	done        atomic.Int64
	bytes       int64
	progress    *mpb.Progress
	bar         *mpb.Bar
	transferred atomic.Int64
}

// newBar begins the display of a download of these files.
func newBar(ctx context.Context, w io.Writer, name string, files []File) *bar {
	b := &bar{log: logOf(ctx), name: name, files: len(files)}
	for _, f := range files {
		b.bytes += f.Size
	}
	if !isTerminal(w) || isTrue("HF_HUB_DISABLE_PROGRESS_BARS") {
		b.log.Info("download begins", "data", name, "files", b.files, "bytes", b.bytes)
		return b
	}
	b.progress = mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))
	b.bar = b.progress.AddBar(b.bytes,
		mpb.PrependDecorators(decor.Name(name+" "), decor.Any(func(decor.Statistics) string {
			return fmt.Sprintf("%d/%d files ", b.done.Load(), b.files)
		}), decor.CountersKibiByte("% .1f / % .1f")),
		mpb.AppendDecorators(decor.AverageSpeed(decor.SizeB1024(0), "% .1f "), decor.AverageETA(decor.ET_STYLE_GO)))
	return b
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && !terminal.Dumb()
}

// add counts bytes that are there; a negative number, bytes that were thrown away.
func (b *bar) add(n int64) {
	total := b.transferred.Add(n)
	if b.bar != nil {
		b.bar.SetCurrent(total)
	}
}

func (b *bar) fileDone() { b.done.Add(1) }

// close ends the display.
func (b *bar) close() {
	if b.bar == nil {
		b.log.Info("download ends", "data", b.name, "files", b.done.Load(), "of", b.files)
		return
	}
	b.bar.Abort(false) // where it is not complete
	b.progress.Wait()
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
