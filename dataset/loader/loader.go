// Package loader brings the pictures of a split into batches: in an order drawn
// from a seed, decoded by several goroutines ahead of whoever takes them,
// augmented, and kept decoded where there is room.
package loader

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/picture"
)

// Config says how a split becomes batches. The zero value of a field is
// its default unless said otherwise.
type Config struct {
	Batch         int   // pictures a batch, or pairs with PerCaption; required
	Workers       int   // decoding goroutines; 0: one more than processors, as reading waits
	Shuffle       bool  // in an order drawn from Seed and Epoch alone
	PerCaption    bool  // items are (picture, caption) pairs, not pictures
	Seed          int64 // of the order and of augmentation
	Epoch         int
	Start         int // the first batch, to go on in the middle of an epoch
	Preprocessing picture.Preprocessing
	Augment       Augmentation
	Cache         *Cache // of decoded pictures; nil: none
	FastDecode    bool   // scale JPEGs while they are decoded, which changes pixels
	Rank, World   int    // this process, of those that share each batch; World 0: it is alone

	// Begin is called with each batch once its pictures are decoded, by a goroutine
	// of the loader, before anybody takes it: it may send the pixels on their way.
	// Nil, and a nil result, begin nothing.
	Begin func(*Batch) Begun
}

// Begun is what was begun with a batch's pixels. The loader closes it when the
// batch is recycled, and with itself.
type Begun interface{ Close() }

// Batch is some pictures, ready for the model, with their captions. It holds
// fewer pictures than asked for, possibly none, where some were skipped or
// processes share the batch.
type Batch struct {
	Index    int
	Rows     []int      // of the split
	IDs      []string   // of the pictures
	Pixels   []uint8    // len(Rows)*Size*Size*3: RGB, row by row
	Size     int        // side of the square pictures
	Captions [][]string // of each picture; one each with PerCaption
	Skipped  []Skip     // pictures that were left out

	begun Begun // with the whole batch
	first int   // picture of that
}

// Begun returns what was begun with the batch that this one is or is a part of,
// nil for nothing, and which of its pictures is this one's first.
func (b *Batch) Begun() (begun Begun, first int) { return b.begun, b.first }

// Part returns the pictures from one to another, which share the batch's
// memory.
func (b *Batch) Part(from, to int) *Batch {
	bytes := b.Size * b.Size * 3
	return &Batch{
		Index: b.Index, Rows: b.Rows[from:to], IDs: b.IDs[from:to], Captions: b.Captions[from:to],
		Pixels: b.Pixels[from*bytes : to*bytes], Size: b.Size,
		begun: b.begun, first: b.first + from,
	}
}

// Skip is a picture that could not be read.
type Skip struct {
	ID, Where string
	Err       error
}

// Pictures are what a loader reads, such as a *dataset.Split. They may be read
// from many goroutines at once.
type Pictures interface {
	Len() int
	Record(i int) dataset.Record
	View(i int, f func(data []byte) error) error // lends the encoded bytes to f
}

// Loader decodes the batches of one epoch ahead of the one who calls Next. The
// batches depend on the configuration alone, never on Workers or on time.
type Loader struct {
	pictures Pictures
	config   Config
	items    []pair

	context context.Context
	cancel  context.CancelFunc
	pending chan *pending
	tasks   chan task
	free    chan *Batch
	running sync.WaitGroup
	waited  atomic.Int64

	lock  sync.Mutex
	begun map[Begun]bool // and not closed
}

// pending is a batch in the making.
type pending struct {
	batch *Batch
	errs  []error
	left  atomic.Int64
	done  chan struct{}
}

// task is one picture of a pending batch.
type task struct {
	*pending
	place int
	pair
}

// New starts loading an epoch of the pictures. Close it, also after the
// end; they must stay open until then.
func New(ctx context.Context, pictures Pictures, config Config) (*Loader, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("load pictures: %w", err)
	}
	if config.Workers == 0 {
		config.Workers = runtime.GOMAXPROCS(0) + 1
	}
	l := &Loader{pictures: pictures, config: config, items: config.order(pictures), begun: map[Begun]bool{}}
	l.context, l.cancel = context.WithCancel(ctx)
	ahead := 2 + (2*config.Workers+config.Batch-1)/config.Batch
	l.pending = make(chan *pending, ahead)
	l.tasks = make(chan task, config.Workers)
	l.free = make(chan *Batch, ahead+2)
	l.running.Add(1 + config.Workers)
	go l.dispatch()
	for range config.Workers {
		go l.work()
	}
	return l, nil
}

func (c *Config) validate() error {
	switch {
	case c.Batch < 1:
		return fmt.Errorf("the batch holds %d pictures: it must hold at least 1", c.Batch)
	case c.Workers < 0:
		return fmt.Errorf("%d workers: at least 1 is needed, or 0 for one more than processors", c.Workers)
	case c.Start < 0:
		return fmt.Errorf("the first batch is %d: batches count from 0", c.Start)
	case c.Rank < 0 || c.Rank >= max(c.World, 1):
		return fmt.Errorf("process %d of %d: ranks count from 0 to the number of processes", c.Rank, max(c.World, 1))
	case c.Batch < c.World:
		return fmt.Errorf("the batch holds %d pictures and %d processes share it: it must hold one for each", c.Batch, c.World)
	}
	return cmp.Or(c.Preprocessing.Validate(), c.Augment.Validate(), c.Cache.fits(c.Preprocessing.Size))
}

// Batches returns how many batches the epoch has, from the first.
func (l *Loader) Batches() int {
	return (len(l.items) + l.config.Batch - 1) / l.config.Batch
}

// Next returns the next batch, or io.EOF after the last. It waits for the
// batch to be ready; the batch is the caller's until it is given to Recycle.
func (l *Loader) Next() (*Batch, error) {
	start := time.Now()
	defer func() { l.waited.Add(int64(time.Since(start))) }()
	select {
	case p, open := <-l.pending:
		if !open {
			return nil, cmp.Or(l.context.Err(), io.EOF)
		}
		select {
		case <-p.done:
			return p.batch, nil
		case <-l.context.Done():
		}
	case <-l.context.Done():
	}
	return nil, l.context.Err()
}

// Wait returns how long Next has blocked in all.
func (l *Loader) Wait() time.Duration { return time.Duration(l.waited.Load()) }

// Recycle gives a batch's memory back; the batch must not be used afterwards.
func (l *Loader) Recycle(b *Batch) {
	l.end(b.begun)
	select {
	case l.free <- b:
	default:
	}
}

// Close stops the workers and waits for them.
func (l *Loader) Close() error {
	l.cancel()
	l.running.Wait()
	for begun := range l.begun {
		l.end(begun)
	}
	return nil
}

// dispatch hands out the epoch's pictures in order, as far ahead as l.pending has
// room.
func (l *Loader) dispatch() {
	defer l.running.Done()
	defer close(l.tasks)
	defer close(l.pending)
	for index := l.config.Start; index < l.Batches(); index++ {
		items := l.items[index*l.config.Batch:]
		items = l.config.share(items[:min(len(items), l.config.Batch)])
		p := l.prepare(index, len(items))
		select {
		case l.pending <- p:
		case <-l.context.Done():
			return
		}
		for place, item := range items {
			select {
			case l.tasks <- task{p, place, item}:
			case <-l.context.Done():
				return
			}
		}
	}
}

// share returns this process's part of a batch's items. The parts of all ranks
// in their order are the batch; of a small one some are empty.
func (c *Config) share(items []pair) []pair {
	n := max(c.World, 1)
	return items[len(items)*c.Rank/n : len(items)*(c.Rank+1)/n]
}

// most returns how many items of a batch a process holds at most.
func (c *Config) most() int {
	n := max(c.World, 1)
	return (c.Batch + n - 1) / n
}

// prepare returns a pending batch of n pictures, in recycled memory if any.
func (l *Loader) prepare(index, n int) *pending {
	var batch *Batch
	select {
	case batch = <-l.free:
	default:
		batch = new(Batch)
	}
	size := l.config.Preprocessing.Size
	if bytes := l.config.most() * size * size * 3; cap(batch.Pixels) < bytes {
		batch.Pixels = make([]uint8, bytes)
	}
	*batch = Batch{
		Index: index, Size: size, Rows: make([]int, n), IDs: make([]string, n),
		Captions: make([][]string, n), Pixels: batch.Pixels[:n*size*size*3],
	}
	p := &pending{batch: batch, errs: make([]error, n), done: make(chan struct{})}
	p.left.Store(int64(n))
	if n == 0 {
		close(p.done)
	}
	return p
}

// work prepares pictures until there are no more.
func (l *Loader) work() {
	defer l.running.Done()
	w := newWorker(l.context, l.pictures, &l.config)
	for t := range l.tasks {
		b, record := t.batch, l.pictures.Record(t.row)
		b.Rows[t.place], b.IDs[t.place] = t.row, record.ID
		bytes := b.Size * b.Size * 3
		b.Captions[t.place], t.errs[t.place] = w.load(t.pair, record, b.Pixels[t.place*bytes:][:bytes])
		if t.left.Add(-1) == 0 {
			l.finish(t.pending)
			close(t.done)
		}
	}
}

// finish closes the gaps that pictures without pixels left, and begins what is to
// be begun with the rest.
func (l *Loader) finish(p *pending) {
	b, kept := p.batch, 0
	bytes := b.Size * b.Size * 3
	for i, err := range p.errs {
		if err != nil {
			b.Skipped = append(b.Skipped, Skip{b.IDs[i], l.pictures.Record(b.Rows[i]).Where, err})
			continue
		}
		if kept < i {
			b.Rows[kept], b.IDs[kept], b.Captions[kept] = b.Rows[i], b.IDs[i], b.Captions[i]
			copy(b.Pixels[kept*bytes:], b.Pixels[i*bytes:][:bytes])
		}
		kept++
	}
	b.Rows, b.IDs, b.Captions, b.Pixels = b.Rows[:kept], b.IDs[:kept], b.Captions[:kept], b.Pixels[:kept*bytes]
	if l.config.Begin == nil || kept == 0 {
		return
	}
	if b.begun = l.config.Begin(b); b.begun != nil {
		l.lock.Lock()
		defer l.lock.Unlock()
		l.begun[b.begun] = true
	}
}

// end closes what was begun with a batch, once.
func (l *Loader) end(begun Begun) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.begun[begun] {
		delete(l.begun, begun)
		begun.Close()
	}
}
