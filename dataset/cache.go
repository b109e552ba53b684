package dataset

import "sync"

// Cache keeps the decoded and resized pictures of one split, in memory, up to
// a limit. The pictures of the first rows that fit are kept. It may be used by
// several loaders at once. A nil Cache keeps nothing.
type Cache struct {
	mutex    sync.RWMutex
	pictures [][]uint8
}

// NewCache returns an empty cache in memory for pictures of size x size
// pixels, which holds up to limit bytes.
func NewCache(size int, limit int64) *Cache {
	return &Cache{pictures: make([][]uint8, limit/int64(size*size*3))}
}

// read copies the picture of a row to out if it is there.
func (c *Cache) read(row int, out []uint8) bool {
	if c == nil || row >= len(c.pictures) {
		return false
	}
	c.mutex.RLock()
	kept := c.pictures[row]
	c.mutex.RUnlock()
	if kept == nil {
		return false
	}
	copy(out, kept)
	return true
}

// write keeps a picture unless it failed to load.
func (c *Cache) write(row int, pixels []uint8, err error) {
	if c == nil || row >= len(c.pictures) || err != nil {
		return
	}
	kept := append([]uint8(nil), pixels...)
	c.mutex.Lock()
	c.pictures[row] = kept
	c.mutex.Unlock()
}
