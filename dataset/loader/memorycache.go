package loader

import (
	"slices"
	"sync"
)

// memoryCache keeps the pictures of the first rows.
type memoryCache struct {
	mutex    sync.RWMutex
	pictures [][]uint8
}

func newMemoryCache(rows int) *memoryCache { return &memoryCache{pictures: make([][]uint8, rows)} }

func (c *memoryCache) read(row int, out []uint8) bool {
	if row >= len(c.pictures) {
		return false
	}
	c.mutex.RLock()
	kept := c.pictures[row]
	c.mutex.RUnlock()
	return kept != nil && copy(out, kept) == len(out)
}

func (c *memoryCache) write(row int, pixels []uint8, err error) {
	if row >= len(c.pictures) || err != nil {
		return
	}
	kept := slices.Clone(pixels)
	c.mutex.Lock()
	c.pictures[row] = kept
	c.mutex.Unlock()
}

func (c *memoryCache) close() error { return nil }
