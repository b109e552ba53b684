package loader

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seetell/seetell/picture"
)

// Cache keeps the decoded and resized pictures of one split, in memory or in a
// file, up to a limit: those of the first rows that fit. Random crops bypass
// it. It may be used by many goroutines; a nil Cache keeps nothing.
type Cache struct {
	bytes int // of a picture
	store cacheStore
}

// cacheStore keeps pictures by row. It decides which it keeps.
type cacheStore interface {
	read(row int, out []uint8) bool
	write(row int, pixels []uint8, err error)
	close() error
}

// NewCache returns an empty cache in memory that holds up to limit bytes.
func NewCache(pictures Pictures, p picture.Preprocessing, limit int64) *Cache {
	bytes := p.Size * p.Size * 3
	return &Cache{bytes, newMemoryCache(cacheRows(pictures, bytes, limit))}
}

// OpenCache returns the cache in the file at path, of up to limit bytes. A file
// of other data, which identity tells, or of another preprocessing is replaced.
// A new file is put in place once it holds every picture it has room for, so
// that one epoch fills it and all later runs read it.
func OpenCache(path, identity string, pictures Pictures, config Config, limit int64) (*Cache, error) {
	bytes := config.Preprocessing.Size * config.Preprocessing.Size * 3
	key, err := json.Marshal([]any{identity, config.Preprocessing, config.FastDecode})
	if err != nil {
		return nil, err
	}
	store, err := openFileCache(path, cacheHeader{
		Format: cacheFormat, Key: string(key), Bytes: bytes, Rows: cacheRows(pictures, bytes, limit),
	})
	if err != nil {
		return nil, fmt.Errorf("open picture cache: %w", err)
	}
	return &Cache{bytes, store}, nil
}

// cacheRows returns how many pictures fit.
func cacheRows(pictures Pictures, bytes int, limit int64) int {
	return int(max(min(limit/int64(bytes), int64(pictures.Len())), 0))
}

// Close releases the cache and returns the first trouble it had, which did not
// keep pictures from being loaded.
func (c *Cache) Close() error {
	if c == nil {
		return nil
	}
	return c.store.close()
}

// fits returns an error unless the cache is for pictures of this size.
func (c *Cache) fits(size int) error {
	if c != nil && c.bytes != size*size*3 {
		return errors.New("the picture cache is for pictures of another size")
	}
	return nil
}

// read copies the picture of a row to out if it is there.
func (c *Cache) read(row int, out []uint8) bool { return c != nil && c.store.read(row, out) }

// write keeps a picture, or notes that it failed to load.
func (c *Cache) write(row int, pixels []uint8, err error) {
	if c != nil {
		c.store.write(row, pixels, err)
	}
}
