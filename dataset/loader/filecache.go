package loader

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/seetell/seetell/internal/regular"
	"github.com/seetell/seetell/internal/wholefile"
)

const (
	cacheFormat = 2
	// cacheHeaderBytes is the room for the header, a JSON text filled up with
	// spaces. The pictures of the rows follow, then one byte a row, kept or
	// missing, and a CRC-32 of each picture.
	cacheHeaderBytes = 4096

	cacheKept    = 1
	cacheMissing = 2 // the picture does not load
)

// cacheHeader says what the file holds.
type cacheHeader struct {
	Format int    `json:"format"`
	Key    string `json:"key"`
	Bytes  int    `json:"bytes"` // of a picture
	Rows   int    `json:"rows"`
}

// length returns the file's size.
func (h cacheHeader) length() int64 {
	return cacheHeaderBytes + int64(h.Rows)*int64(h.Bytes) + int64(h.Rows)*(1+crc32.Size)
}

func (h cacheHeader) offset(row int) int64 { return cacheHeaderBytes + int64(row)*int64(h.Bytes) }

// fileCache keeps pictures in a file, read and written by position; the
// system's page cache does the rest.
type fileCache struct {
	header cacheHeader
	path   string
	file   *os.File

	mutex   sync.RWMutex
	states  []uint8
	sums    []uint32 // of the pictures that are kept
	left    int      // rows not yet seen
	trouble error
}

func openFileCache(path string, header cacheHeader) (*fileCache, error) {
	path, through, err := wholefile.Resolve(path)
	if err == nil && through {
		err = errors.New("not a regular file, which a cache is: it is read again")
	}
	if err != nil {
		return nil, err
	}
	c := &fileCache{header: header, path: path, states: make([]uint8, header.Rows), sums: make([]uint32, header.Rows)}
	if c.open() {
		return c, nil
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*")
	if err != nil {
		return nil, err
	}
	// The room is taken at once, so that a full disk is told before training.
	if err := unix.Fallocate(int(file.Fd()), 0, 0, header.length()); err != nil {
		file.Close()
		os.Remove(file.Name())
		return nil, fmt.Errorf("%d bytes for %s: %w", header.length(), path, err)
	}
	c.file, c.left = file, header.Rows
	return c, nil
}

// open opens the file at the path if it is whole and holds the same pictures.
func (c *fileCache) open() bool {
	file, _, err := regular.Open(c.path)
	if err != nil {
		return false
	}
	if c.same(file) {
		c.file = file
		return true
	}
	file.Close()
	return false
}

func (c *fileCache) same(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || info.Size() != c.header.length() {
		return false
	}
	text := make([]byte, cacheHeaderBytes)
	if _, err := file.ReadAt(text, 0); err != nil {
		return false
	}
	var found cacheHeader
	if json.Unmarshal(text, &found) != nil || found != c.header {
		return false
	}
	end := make([]byte, c.header.Rows*(1+crc32.Size))
	if _, err = file.ReadAt(end, c.header.offset(c.header.Rows)); err != nil && c.header.Rows > 0 {
		return false
	}
	sums := end[copy(c.states, end):]
	for i := range c.sums {
		c.sums[i] = binary.LittleEndian.Uint32(sums[i*crc32.Size:])
	}
	return true
}

func (c *fileCache) read(row int, out []uint8) bool {
	if row >= c.header.Rows {
		return false
	}
	c.mutex.RLock()
	kept, sum := c.states[row] == cacheKept, c.sums[row]
	c.mutex.RUnlock()
	if !kept {
		return false
	}
	_, err := c.file.ReadAt(out, c.header.offset(row))
	if err == nil && crc32.ChecksumIEEE(out) != sum {
		err = fmt.Errorf("%s: the picture of row %d is damaged, so it was decoded again; delete the file to have it written anew", c.path, row)
	}
	if err != nil {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		if c.trouble == nil {
			c.trouble = err
		}
	}
	return err == nil
}

func (c *fileCache) write(row int, pixels []uint8, failed error) {
	if row >= c.header.Rows || !c.wants(row) {
		return
	}
	state := uint8(cacheMissing)
	var err error
	if failed == nil {
		state = cacheKept
		_, err = c.file.WriteAt(pixels, c.header.offset(row))
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if err == nil && c.states[row] == 0 {
		c.states[row], c.sums[row] = state, crc32.ChecksumIEEE(pixels)
		if c.left--; c.left == 0 {
			err = c.finish()
		}
	}
	if err != nil && c.trouble == nil {
		c.trouble = err
	}
}

// wants tells whether the row is still to be written.
func (c *fileCache) wants(row int) bool {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	return c.states[row] == 0 && c.trouble == nil
}

// finish completes the file and puts it in place.
func (c *fileCache) finish() error {
	text, err := json.Marshal(c.header)
	if err != nil {
		return err
	}
	if len(text) > cacheHeaderBytes {
		return fmt.Errorf("the header of %s has %d bytes", c.path, len(text))
	}
	for len(text) < cacheHeaderBytes {
		text = append(text, ' ')
	}
	end := slices.Clone(c.states)
	for _, sum := range c.sums {
		end = binary.LittleEndian.AppendUint32(end, sum)
	}
	if _, err := c.file.WriteAt(end, c.header.offset(c.header.Rows)); err != nil {
		return err
	}
	if _, err := c.file.WriteAt(text, 0); err != nil {
		return err
	}
	if err := c.file.Sync(); err != nil {
		return err
	}
	return os.Rename(c.file.Name(), c.path)
}

// close releases the file; one that is not complete is removed.
func (c *fileCache) close() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.left > 0 || c.trouble != nil && c.file.Name() != c.path {
		os.Remove(c.file.Name())
	}
	if err := c.file.Close(); err != nil && c.trouble == nil {
		c.trouble = err
	}
	return c.trouble
}
