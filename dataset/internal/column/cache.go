package column

import (
	"container/list"
	"sync"
)

// Cache keeps the inflated pages that were used last, up to a limit in bytes.
// Pages in use may exceed it for that time. It is safe for concurrent use.
type Cache struct {
	limit int64

	mutex  sync.Mutex
	used   int64
	blocks map[*page]*block
	recent *list.List // of *block, the last used in front
	free   freeList
}

// block is an inflated page; its buffer is used again once it has been evicted
// and nobody reads it.
type block struct {
	page    *page
	data    []byte
	readers int
	place   *list.Element // nil when evicted
}

// NewCache returns a cache of at most limit bytes.
func NewCache(limit int64) *Cache {
	return &Cache{limit: limit, blocks: map[*page]*block{}, recent: list.New()}
}

// get returns the inflated page; the caller releases it.
func (c *Cache) get(column *Column, p *page) (*block, error) {
	if b := c.lookUp(p); b != nil {
		return b, nil
	}
	data, scratch, err := p.inflate(column.file, c.free.take(), c.free.take())
	c.free.put(scratch)
	if err != nil {
		c.free.put(data)
		return nil, err
	}
	return c.add(p, data), nil
}

func (c *Cache) lookUp(p *page) *block {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	b := c.blocks[p]
	if b != nil {
		b.readers++
		c.recent.MoveToFront(b.place)
	}
	return b
}

func (c *Cache) add(p *page, data []byte) *block {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if b := c.blocks[p]; b != nil { // another reader was faster
		c.free.put(data)
		b.readers++
		return b
	}
	b := &block{page: p, data: data, readers: 1}
	b.place = c.recent.PushFront(b)
	c.blocks[p] = b
	c.used += int64(cap(data))
	for c.used > c.limit && c.recent.Len() > 1 {
		c.evict(c.recent.Back().Value.(*block))
	}
	return b
}

func (c *Cache) evict(b *block) {
	c.recent.Remove(b.place)
	b.place = nil
	delete(c.blocks, b.page)
	c.used -= int64(cap(b.data))
	if b.readers == 0 {
		c.free.put(b.data)
	}
}

func (c *Cache) release(b *block) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	b.readers--
	if b.readers == 0 && b.place == nil {
		c.free.put(b.data)
	}
}

// freeList keeps a few buffers to be used again. Its lock is taken last.
type freeList struct {
	mutex   sync.Mutex
	buffers [][]byte
}

// keptBuffers is how many buffers wait at most.
const keptBuffers = 4

func (l *freeList) take() []byte {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.buffers) == 0 {
		return nil
	}
	last := len(l.buffers) - 1
	buffer := l.buffers[last]
	l.buffers = l.buffers[:last]
	return buffer
}

func (l *freeList) put(buffer []byte) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if cap(buffer) > 0 && len(l.buffers) < keptBuffers {
		l.buffers = append(l.buffers, buffer)
	}
}
