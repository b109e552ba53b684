// Package column reads single values of a parquet file's byte array column in
// any order, without holding the column in memory.
//
// The headers of a row group's pages are read when the group is first asked
// for; pages are decompressed on demand and kept in a Cache with a limit in
// bytes. The parquet format: github.com/apache/parquet-format.
package column

import (
	"fmt"
	"io"
	"sort"
	"sync"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/format"
)

// Column is one byte array column that is not repeated. It may be read from
// many goroutines at once.
type Column struct {
	file       io.ReaderAt
	definition int // level of a value that is not null
	groups     []*group
	cache      *Cache
}

// group is a row group's chunk of the column.
type group struct {
	first, rows int64 // rows of the file; values, where the column is repeated
	repeated    bool
	chunk       format.ColumnMetaData
	codec       compress.Codec

	mutex sync.Mutex
	pages []*page // nil until indexed
}

// New returns the column leaf of file. It keeps both; the cache may be shared
// with other columns.
func New(file *parquet.File, leaf *parquet.Column, cache *Cache) (*Column, error) {
	if !leaf.Leaf() || leaf.MaxRepetitionLevel() > 0 || leaf.Type().Kind() != parquet.ByteArray {
		return nil, fmt.Errorf("column %v holds no single byte strings", leaf.Path())
	}
	c := &Column{file: file, definition: leaf.MaxDefinitionLevel(), cache: cache}
	first := int64(0)
	for _, row := range file.Metadata().RowGroups {
		chunk := row.Columns[leaf.Index()].MetaData
		c.groups = append(c.groups, &group{first: first, rows: row.NumRows, chunk: chunk,
			codec: parquet.LookupCompressionCodec(chunk.Codec)})
		first += row.NumRows
	}
	return c, nil
}

// Read returns a copy of the value of a row, or nil where it is null.
func (c *Column) Read(row int64) ([]byte, error) {
	value := []byte(nil)
	err := c.View(row, func(data []byte) {
		if data != nil {
			value = append(make([]byte, 0, len(data)), data...)
		}
	})
	return value, err
}

// View calls f with the value of a row, nil where it is null. The bytes are
// valid until f returns and must not be changed.
func (c *Column) View(row int64, f func(data []byte)) error {
	i := sort.Search(len(c.groups), func(i int) bool { return c.groups[i].first+c.groups[i].rows > row })
	if row < 0 || i == len(c.groups) {
		return fmt.Errorf("row %d is past the end", row)
	}
	p, err := c.groups[i].find(c, row)
	if err != nil {
		return err
	}
	span, err := p.span(c, int(row-p.first))
	switch {
	case err != nil:
		return err
	case span.page == nil:
		f(nil)
		return nil
	}
	w := window{column: c, page: span.page, once: true}
	defer w.close()
	data, err := w.at(int(span.start), int(span.end-span.start))
	if err != nil {
		return fmt.Errorf("page at byte %d: %w", span.page.offset, err)
	}
	f(data)
	return nil
}

// find returns the page of the group that holds a row.
func (g *group) find(c *Column, row int64) (*page, error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.pages == nil {
		pages, err := readPages(c.file, g)
		if err != nil {
			return nil, err
		}
		g.pages = pages
	}
	i := sort.Search(len(g.pages), func(i int) bool { return g.pages[i].first+int64(g.pages[i].rows) > row })
	if i == len(g.pages) {
		return nil, fmt.Errorf("pages end before row %d", row)
	}
	return g.pages[i], nil
}
