package loader

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
)

// copied stands for a copy of pixels that was begun.
type copied struct {
	pixels []uint8
	closed func(*copied)
}

func (c *copied) Close() { c.closed(c) }

// TestBegin: what a loader begins with a batch is begun with the pictures that
// could be read, before anybody has the batch, is known to the batch's parts, and
// is closed once, also of a batch that nobody took or gave back.
func TestBegin(t *testing.T) {
	var lock sync.Mutex
	begun, closed := 0, map[*copied]int{}
	config := smallConfig()
	config.Shuffle = false
	config.Begin = func(b *Batch) Begun {
		lock.Lock()
		defer lock.Unlock()
		if begun++; b.Index == 1 {
			return nil
		}
		return &copied{slices.Clone(b.Pixels), func(c *copied) {
			lock.Lock()
			defer lock.Unlock()
			closed[c]++
		}}
	}
	l, err := New(context.Background(), draw(t, 40, 2), config)
	if err != nil {
		t.Fatal(err)
	}
	var first *copied
	for i := range 3 {
		b, err := l.Next()
		if err != nil {
			t.Fatal(err)
		}
		part := b.Part(1, 3)
		whole, none := b.Begun()
		same, from := part.Part(1, 2).Begun()
		if whole != same || from != 2 || none != 0 {
			t.Errorf("batch %d: its part begins at picture %d of %v, want 2 of %v", i, from, same, whole)
		}
		switch c, ok := whole.(*copied); {
		case ok != (i != 1):
			t.Errorf("batch %d began %v", i, whole)
		case ok && !bytes.Equal(c.pixels, b.Pixels):
			t.Errorf("batch %d began with other pixels than it has", i)
		case i == 0:
			first = c
			l.Recycle(b)
		}
	}
	if closed[first] != 1 || len(closed) != 1 {
		t.Errorf("%v closed behind one batch that was given back", closed)
	}
	l.Close()
	if len(closed) != begun-1 {
		t.Errorf("%d of %d that were begun are closed", len(closed), begun-1)
	}
	for _, times := range closed {
		if times != 1 {
			t.Errorf("closed %d times", times)
		}
	}
}
