package column

import (
	"encoding/binary"
	"fmt"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// mostValues is how many values of a list column a row group may have.
const mostValues = 1 << 24

// Verify reads the pages of a column's chunk in a row group, and returns an
// error unless their sizes, counts and checksums are right, so that the
// library can be let at them. It holds one page in memory at a time.
func Verify(file *parquet.File, number int, leaf *parquet.Column) error {
	row := file.Metadata().RowGroups[number]
	chunk := row.Columns[leaf.Index()].MetaData
	g := &group{rows: row.NumRows, chunk: chunk, codec: parquet.LookupCompressionCodec(chunk.Codec), repeated: leaf.MaxRepetitionLevel() > 0}
	if g.repeated {
		g.rows = min(chunk.NumValues, mostValues)
	}
	pages, err := readPages(file, g)
	if err != nil {
		return err
	}
	var buffer, scratch []byte
	verified := map[*page]bool{}
	for _, p := range pages {
		for _, p := range []*page{p.dictionary, p} {
			if p == nil || verified[p] {
				continue
			}
			verified[p] = true
			if buffer, scratch, err = p.inflate(file, buffer[:0], scratch); err == nil {
				err = p.checkCounts(buffer, leaf)
			}
			if err != nil {
				return fmt.Errorf("page at byte %d: %w", p.offset, err)
			}
		}
	}
	return nil
}

// checkCounts looks at what a page's body says of its number of values.
func (p *page) checkCounts(body []byte, leaf *parquet.Column) error {
	if p.isDictionary {
		if p.rows > len(body)*8 {
			return fmt.Errorf("%w: a dictionary of %d values in %d bytes", errDamaged, p.rows, len(body))
		}
		return nil
	}
	at := p.repetition + p.levels
	if !p.version2 {
		for _, level := range []int{leaf.MaxRepetitionLevel(), leaf.MaxDefinitionLevel()} {
			if level == 0 {
				continue
			}
			if len(body)-at < 4 {
				return fmt.Errorf("%w: %w", errDamaged, errShort)
			}
			at += 4 + int(binary.LittleEndian.Uint32(body[at:]))
			if at > len(body) {
				return fmt.Errorf("%w: levels past its end", errDamaged)
			}
		}
	}
	return p.checkDelta(body[min(at, len(body)):])
}

// checkDelta looks at the count that a delta encoding begins with: whoever
// decodes it takes memory for so many.
func (p *page) checkDelta(values []byte) error {
	switch p.encoding {
	case format.DeltaBinaryPacked, format.DeltaLengthByteArray, format.DeltaByteArray:
	default:
		return nil
	}
	if len(values) == 0 {
		return nil
	}
	var header [3]uint64 // values of a block, blocks of it, values in all
	for i := range header {
		value, n := binary.Uvarint(values)
		if n <= 0 {
			return fmt.Errorf("%w: %w", errDamaged, errShort)
		}
		header[i], values = value, values[n:]
	}
	if header[2] > uint64(p.rows) || header[0] > 1<<16 || header[1] == 0 || header[1] > header[0] {
		return fmt.Errorf("%w: %d values where %d should be", errDamaged, header[2], p.rows)
	}
	return nil
}
