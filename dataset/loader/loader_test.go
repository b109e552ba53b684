package loader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/dataset/demo"
	"github.com/seetell/seetell/internal/testshared"
	"github.com/seetell/seetell/picture"
)

// drawings are pictures that count how often they are asked for. Rows in bad
// hold no picture.
type drawings struct {
	records []dataset.Record
	encoded [][]byte
	bad     map[int]bool

	mutex sync.Mutex
	asked int
}

func (d *drawings) Len() int { return len(d.records) }

func (d *drawings) Record(i int) dataset.Record { return d.records[i] }

func (d *drawings) View(i int, f func([]byte) error) error {
	d.mutex.Lock()
	d.asked++
	d.mutex.Unlock()
	if d.bad[i] {
		return f([]byte("no picture at all"))
	}
	return f(d.encoded[i%len(d.encoded)])
}

func (d *drawings) total() int {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.asked
}

// draw returns n drawings, with row%3+1 captions each.
func draw(t *testing.T, n int, bad ...int) *drawings {
	t.Helper()
	d := &drawings{bad: map[int]bool{}}
	for _, p := range demo.New(1)[0].Pictures[:min(n, 20)] {
		data, err := p.PNG()
		if err != nil {
			t.Fatal(err)
		}
		d.encoded = append(d.encoded, data)
	}
	for _, row := range bad {
		d.bad[row] = true
	}
	for row := range n {
		r := dataset.Record{ID: fmt.Sprintf("picture %d", row), Row: row, Where: fmt.Sprintf("drawing, row %d", row)}
		for caption := range row%3 + 1 {
			r.Captions = append(r.Captions, fmt.Sprintf("caption %d of %d", caption, row))
		}
		d.records = append(d.records, r)
	}
	return d
}

// smallConfig is small, so that tests are quick.
func smallConfig() Config {
	p := picture.DefaultPreprocessing()
	p.Size = 16
	return Config{Batch: 4, Workers: 2, Shuffle: true, Seed: 3, Preprocessing: p}
}

// loadAll reads an epoch, and recycles as training does.
func loadAll(t testing.TB, split Pictures, config Config) []Batch {
	t.Helper()
	l, err := New(context.Background(), split, config)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var batches []Batch
	for {
		b, err := l.Next()
		if errors.Is(err, io.EOF) {
			return batches
		}
		if err != nil {
			t.Fatal(err)
		}
		kept := *b
		kept.Pixels = slices.Clone(b.Pixels)
		batches = append(batches, kept)
		l.Recycle(b)
	}
}

func sameBatches(a, b []Batch) bool {
	return slices.EqualFunc(a, b, func(a, b Batch) bool {
		return a.Index == b.Index && slices.Equal(a.Rows, b.Rows) && slices.Equal(a.IDs, b.IDs) && bytes.Equal(a.Pixels, b.Pixels) &&
			slices.EqualFunc(a.Captions, b.Captions, slices.Equal[[]string])
	})
}

func TestLoaderOrderDoesNotDependOnWorkers(t *testing.T) {
	split := draw(t, 23)
	config := smallConfig()
	config.Augment = Augmentation{CropScale: .3, Flip: FlipSwap, Jitter: .3}
	want := loadAll(t, split, config)
	var rows []int
	for _, b := range want {
		rows = append(rows, b.Rows...)
	}
	slices.Sort(rows)
	if len(want) != 6 || len(rows) != 23 || rows[0] != 0 || rows[22] != 22 {
		t.Fatalf("%d batches of rows %v, want 6 of all 23", len(want), rows)
	}
	for _, workers := range []int{1, 5, 16} {
		config.Workers = workers
		if !sameBatches(want, loadAll(t, split, config)) {
			t.Errorf("%d workers give other batches than 2", workers)
		}
	}
	config.Epoch = 1
	if sameBatches(want, loadAll(t, split, config)) {
		t.Error("two epochs give the same batches")
	}
}

// TestShares joins what processes are given of each batch: it is what one
// process gets, in its order, whatever their number, in every epoch.
func TestShares(t *testing.T) {
	split := draw(t, 23)
	config := smallConfig()
	config.PerCaption = true
	config.Augment = Augmentation{CropScale: .3, Flip: FlipSwap, Jitter: .3}
	for epoch := range 3 {
		config.Epoch, config.Rank, config.World = epoch, 0, 0
		want := loadAll(t, split, config)
		for _, world := range []int{1, 2, 3, 4} {
			joined := make([]Batch, len(want))
			for rank := range world {
				config.Rank, config.World = rank, world
				for i, b := range loadAll(t, split, config) {
					j := &joined[i]
					j.Index = b.Index
					j.Rows, j.IDs = append(j.Rows, b.Rows...), append(j.IDs, b.IDs...)
					j.Pixels, j.Captions = append(j.Pixels, b.Pixels...), append(j.Captions, b.Captions...)
				}
			}
			if !sameBatches(want, joined) {
				t.Errorf("the shares of %d processes in epoch %d are not the batches", world, epoch)
			}
		}
	}
}

func TestLoaderInOrder(t *testing.T) {
	split := draw(t, 6)
	config := smallConfig()
	config.Shuffle = false
	got := loadAll(t, split, config)
	if !slices.Equal(got[0].Rows, []int{0, 1, 2, 3}) || !slices.Equal(got[1].Rows, []int{4, 5}) {
		t.Errorf("rows %v and %v", got[0].Rows, got[1].Rows)
	}
	if !slices.Equal(got[1].Captions[0], []string{"caption 0 of 4", "caption 1 of 4"}) || got[1].IDs[0] != "picture 4" {
		t.Errorf("captions %v of %s", got[1].Captions[0], got[1].IDs[0])
	}
}

func TestLoaderRestart(t *testing.T) {
	split := draw(t, 23)
	config := smallConfig()
	config.Augment = Augmentation{CropScale: .3}
	want := loadAll(t, split, config)
	before := split.total()
	config.Start = 4
	if !sameBatches(want[4:], loadAll(t, split, config)) {
		t.Error("an epoch begun at batch 4 goes on otherwise than one begun at 0")
	}
	if asked := split.total() - before; asked != 7 {
		t.Errorf("%d pictures were read for the last 7", asked)
	}
}

func TestLoaderPerCaption(t *testing.T) {
	split := draw(t, 6)
	config := smallConfig()
	config.PerCaption = true
	seen := map[string]int{}
	for _, b := range loadAll(t, split, config) {
		for i, captions := range b.Captions {
			if len(captions) != 1 || !strings.HasSuffix(captions[0], fmt.Sprint(" of ", b.Rows[i])) {
				t.Errorf("row %d has captions %v", b.Rows[i], captions)
			}
			seen[captions[0]]++
		}
	}
	if len(seen) != 12 || seen["caption 2 of 5"] != 1 {
		t.Errorf("%d captions seen, want all 12 once", len(seen))
	}
}

func TestLoaderSkips(t *testing.T) {
	split := draw(t, 9, 1, 4, 5, 6, 7)
	config := smallConfig()
	config.Shuffle = false
	got := loadAll(t, split, config)
	if len(got) != 3 || !slices.Equal(got[0].Rows, []int{0, 2, 3}) || len(got[1].Rows) != 0 || !slices.Equal(got[2].Rows, []int{8}) {
		t.Fatalf("batches %v", got)
	}
	if len(got[0].Pixels) != 3*16*16*3 || len(got[1].Skipped) != 4 {
		t.Errorf("%d bytes of pixels, %d skipped", len(got[0].Pixels), len(got[1].Skipped))
	}
	good := draw(t, 9)
	if want := loadAll(t, good, config); !bytes.Equal(got[0].Pixels[16*16*3:], want[0].Pixels[2*16*16*3:]) {
		t.Error("the pixels after a skipped picture are not those of the next")
	}
	skip := got[0].Skipped[0]
	if skip.ID != "picture 1" || skip.Where != "drawing, row 1" || !strings.Contains(skip.Err.Error(), "not a picture") {
		t.Errorf("skipped %v", skip)
	}
}

// TestLoaderStaysAhead holds how far the loader reads ahead of who is slow.
func TestLoaderStaysAhead(t *testing.T) {
	split := draw(t, 400)
	l, err := New(context.Background(), split, smallConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Next(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	if asked := split.total(); asked < 8 || asked > 30 {
		t.Errorf("%d pictures read while one batch of 4 was used", asked)
	}
	if l.Wait() <= 0 || l.Batches() != 100 {
		t.Errorf("waited %v for the first of %d batches", l.Wait(), l.Batches())
	}
}

func TestLoaderRecycles(t *testing.T) {
	split := draw(t, 400)
	l, err := New(context.Background(), split, smallConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	buffers := map[*uint8]bool{}
	for {
		b, err := l.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		buffers[&b.Pixels[0]] = true
		l.Recycle(b)
	}
	if len(buffers) > 10 {
		t.Errorf("100 batches used %d buffers", len(buffers))
	}
}

func TestLoaderCancel(t *testing.T) {
	before := runtime.NumGoroutine()
	split := draw(t, 400)
	ctx, cancel := context.WithCancel(context.Background())
	l, err := New(ctx, split, smallConfig())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Next(); err != nil {
		t.Fatal(err)
	}
	cancel()
	for range 20 { // what is ready may still come
		if _, err = l.Next(); err != nil {
			break
		}
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Next after cancel: %v", err)
	}
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Error(err)
	}
	// A goroutine that has said that it is done still takes a moment to go.
	for until := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
	}
}

func TestConfigErrors(t *testing.T) {
	split := draw(t, 2)
	for _, test := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"batch", func(c *Config) { c.Batch = 0 }, "the batch holds 0 pictures"},
		{"workers", func(c *Config) { c.Workers = -1 }, "-1 workers"},
		{"start", func(c *Config) { c.Start = -1 }, "the first batch is -1"},
		{"rank", func(c *Config) { c.Rank = 2; c.World = 2 }, "process 2 of 2"},
		{"batch of a world", func(c *Config) { c.World = 5 }, "the batch holds 4 pictures and 5 processes share it"},
		{"size", func(c *Config) { c.Preprocessing.Size = 0 }, "size 0"},
		{"crop", func(c *Config) { c.Augment.CropScale = 2 }, "crop scale 2"},
		{"flip", func(c *Config) { c.Augment.Flip = "up" }, `flip "up"`},
		{"jitter", func(c *Config) { c.Augment.Jitter = 1 }, "jitter 1"},
		{"cache", func(c *Config) { c.Cache = NewCache(split, picture.DefaultPreprocessing(), 1<<20) }, "pictures of another size"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := smallConfig()
			test.change(&config)
			l, err := New(context.Background(), split, config)
			if err == nil {
				l.Close()
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}

// TestLoaderOfPhotographs compares with decoding and resizing one by one.
func TestLoaderOfPhotographs(t *testing.T) {
	source := filepath.Join(testshared.Dir(t), "flickr8k", "data")
	set, err := dataset.Open(context.Background(), source, dataset.Options{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	split, err := set.Split("validation")
	if err != nil {
		t.Fatal(err)
	}
	config := smallConfig()
	for _, b := range loadAll(t, split, config) {
		for i, row := range b.Rows {
			data, err := split.Bytes(row)
			if err != nil {
				t.Fatal(err)
			}
			p, err := picture.Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			if want := config.Preprocessing.Apply(p).Pixels; !bytes.Equal(b.Pixels[i*len(want):][:len(want)], want) {
				t.Errorf("row %d: the loader's pixels differ", row)
			}
		}
	}
}

func BenchmarkLoader(b *testing.B) {
	set, err := dataset.Open(context.Background(), demo.Source, dataset.Options{Limit: 100})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		loadAll(b, set.Splits[0], smallConfig())
	}
	b.ReportMetric(float64(100*b.N)/b.Elapsed().Seconds(), "pictures/s")
}
