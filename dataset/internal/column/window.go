package column

import (
	"fmt"
	"hash/crc32"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// window shows parts of a page's inflated body, and inflates no more of it than
// it must: what is not compressed is read, of snappy the fragments that hold the
// part are decompressed, and of any other codec the whole, which the cache keeps.
type window struct {
	column *Column
	page   *page
	once   bool // one part is asked for, so no more of a fragment is wanted

	block           *block // of a whole page
	data            []byte // what is inflated
	start           int    // of that, in the page
	buffer, scratch []byte
}

// byParts says whether parts of the page can be had.
func (p *page) byParts() bool { return !p.compressed || p.fragments != nil }

// prepare finds the page's fragments, once, where it can have any, and checks
// the sum of what will never be read whole.
func (p *page) prepare(file io.ReaderAt) error {
	switch {
	case p.compressed && p.levels+p.repetition == 0 && p.codec.CompressionCodec() == format.Snappy:
		return p.scan(file)
	case !p.compressed && p.crc != 0:
		sum := crc32.NewIEEE()
		if _, err := io.Copy(sum, io.NewSectionReader(file, p.offset, int64(p.size))); err != nil {
			return err
		}
		if sum.Sum32() != p.crc {
			return fmt.Errorf("%w: its checksum differs", errDamaged)
		}
	}
	return nil
}

// at returns n bytes of the page from off, valid until the next call.
func (w *window) at(off, n int) ([]byte, error) {
	if off < 0 || n < 0 || off+n > w.page.inflated {
		return nil, fmt.Errorf("%w: %w", errDamaged, errShort)
	}
	if off < w.start || off+n > w.start+len(w.data) || w.data == nil {
		if err := w.move(off, n); err != nil {
			return nil, err
		}
	}
	if off-w.start+n > len(w.data) {
		return nil, fmt.Errorf("%w: %w", errDamaged, errShort)
	}
	return w.data[off-w.start : off-w.start+n : off-w.start+n], nil
}

// move inflates the part of n bytes from off.
func (w *window) move(off, n int) (err error) {
	p, c := w.page, w.column
	if p.byParts() && w.buffer == nil {
		w.buffer, w.scratch = c.cache.free.take(), c.cache.free.take()
	}
	switch {
	case p.fragments != nil:
		first, last := p.covering(off, off+n)
		end := p.fragments[last].inflated
		if w.once {
			end = off + n
		}
		w.start = p.fragments[first].inflated
		w.buffer, w.scratch, err = p.thaw(c.file, first, last, end, w.buffer, w.scratch)
		w.data = w.buffer
	case !p.compressed:
		w.start = off
		w.buffer = resize(w.buffer, n)
		_, err = c.file.ReadAt(w.buffer, p.offset+int64(off))
		w.data = w.buffer
	default:
		w.block, err = c.cache.get(c, p)
		if err == nil {
			w.data = w.block.data
		}
	}
	return err
}

// close gives back what the window holds.
func (w *window) close() {
	if w.block != nil {
		w.column.cache.release(w.block)
	}
	w.column.cache.free.put(w.buffer)
	w.column.cache.free.put(w.scratch)
}
