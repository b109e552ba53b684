package column

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"

	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// page is a page of values, or a dictionary that the values of others are in.
type page struct {
	first      int64 // row of the file
	rows       int
	nulls      int   // of them, as the header says (version 2)
	offset     int64 // of the page's body in the file
	size       int   // of the body, compressed
	inflated   int
	levels     int // bytes at the front that are never compressed (version 2)
	repetition int // bytes of repetition levels before those
	version2   bool
	compressed bool
	crc        uint32 // of the body, 0 where the writer gave none
	encoding   format.Encoding
	codec      compress.Codec
	dictionary *page // that the values are in, if any

	isDictionary bool

	once      sync.Once
	fragments []fragment // where the body can be decompressed in parts
	spans     []span     // the row's value, or the dictionary's entry
	err       error
}

// span is where a value lies: in the inflated body of page, nil for a null.
type span struct {
	page       *page
	start, end uint32
}

// readPages reads the headers of a chunk's pages.
func readPages(file io.ReaderAt, g *group) ([]*page, error) {
	start := g.chunk.DataPageOffset
	if d := g.chunk.DictionaryPageOffset; d > 0 && d < start {
		start = d
	}
	end := start + g.chunk.TotalCompressedSize
	var pages []*page
	var dictionary *page
	for at, row := start, g.first; row < g.first+g.rows; {
		header, size, err := readHeader(file, at, end)
		if err != nil {
			return nil, fmt.Errorf("page header at byte %d: %w", at, err)
		}
		p := &page{first: row, offset: at + int64(size), size: int(header.CompressedPageSize), inflated: int(header.UncompressedPageSize),
			crc: uint32(header.CRC), codec: g.codec, compressed: g.chunk.Codec != format.Uncompressed}
		at = p.offset + int64(p.size)
		if p.size < 0 || p.inflated < 0 || at > end || int64(p.inflated) > g.chunk.TotalUncompressedSize {
			return nil, fmt.Errorf("page header at byte %d: sizes %d and %d do not fit the column's", p.offset-int64(size), p.size, p.inflated)
		}
		known := p.describe(header)
		if p.rows < 0 || p.levels < 0 || p.repetition < 0 || p.isDictionary && p.rows > 8*p.inflated || !p.isDictionary && int64(p.rows) > g.first+g.rows-row {
			return nil, fmt.Errorf("page header at byte %d: %w: %d values", p.offset-int64(size), errDamaged, p.rows)
		}
		if int64(p.inflated) > pageRoom+pageRatio*int64(p.size) {
			return nil, fmt.Errorf("page header at byte %d: %w: %d bytes of %d", p.offset-int64(size), errDamaged, p.inflated, p.size)
		}
		if p.isDictionary {
			dictionary = p
			continue
		}
		if !known || p.rows == 0 {
			continue // an index page, or an empty one
		}
		p.dictionary = dictionary
		row += int64(p.rows)
		pages = append(pages, p)
	}
	return pages, nil
}

// describe takes what a page's header says of values, and reports whether it
// is a page of them.
func (p *page) describe(header *format.PageHeader) bool {
	switch header.Type {
	case format.DictionaryPage:
		p.isDictionary, p.encoding = true, format.Plain
		p.rows = int(header.DictionaryPageHeader.V.NumValues)
	case format.DataPage:
		p.rows, p.encoding = int(header.DataPageHeader.V.NumValues), header.DataPageHeader.V.Encoding
	case format.DataPageV2:
		h := header.DataPageHeaderV2.V
		p.rows, p.nulls, p.encoding = int(h.NumValues), int(h.NumNulls), h.Encoding
		p.version2, p.levels, p.repetition = true, int(h.DefinitionLevelsByteLength), int(h.RepetitionLevelsByteLength)
		p.compressed = p.compressed && (!h.IsCompressed.Valid || h.IsCompressed.V)
	default:
		return false
	}
	return true
}

// readHeader decodes the page header at a byte of the file, before end, and
// returns its length too.
func readHeader(file io.ReaderAt, at, end int64) (*format.PageHeader, int, error) {
	for room := int64(512); ; room *= 8 {
		if at < 0 || at >= end {
			return nil, 0, io.ErrUnexpectedEOF
		}
		buffer := make([]byte, min(room, end-at))
		if _, err := file.ReadAt(buffer, at); err != nil {
			return nil, 0, err
		}
		header := &format.PageHeader{}
		reader := new(thrift.CompactProtocol).NewReaderFromBytes(buffer)
		err := thrift.NewDecoder(reader).Decode(header)
		if err == nil {
			return header, reader.BytesRead(), nil
		}
		if int64(len(buffer)) < room || room > 1<<20 {
			return nil, 0, err
		}
	}
}

var errDamaged = errors.New("damaged page")

// What a page may hold: text compresses to a fifth, and pictures hardly. More
// of less is zeros, and would fill memory.
const (
	pageRoom  = 32 << 20
	pageRatio = 8
)

// inflate reads the page's body and decompresses it into buffer, which may
// grow: levels first, then values.
func (p *page) inflate(file io.ReaderAt, buffer, scratch []byte) ([]byte, []byte, error) {
	scratch = resize(scratch, p.size)
	if _, err := file.ReadAt(scratch, p.offset); err != nil {
		return buffer, scratch, err
	}
	if p.crc != 0 && crc32.ChecksumIEEE(scratch) != p.crc {
		return buffer, scratch, fmt.Errorf("%w: its checksum differs", errDamaged)
	}
	if !p.compressed {
		return scratch, buffer, nil
	}
	plain := p.levels + p.repetition
	if plain > p.size || plain > p.inflated {
		return buffer, scratch, fmt.Errorf("%w: levels past its end", errDamaged)
	}
	buffer, err := p.decompress(append(buffer[:0], scratch[:plain]...), scratch[plain:], p.inflated-plain)
	return buffer, scratch, err
}

// resize returns the buffer, or a new one with some room to spare for the next
// page, with a length of size.
func resize(buffer []byte, size int) []byte {
	if cap(buffer) < size {
		return make([]byte, size, size+size/8)
	}
	return buffer[:size]
}
