package column

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"
)

// span returns where the value of the page's row lies.
func (p *page) span(c *Column, row int) (span, error) {
	p.once.Do(func() { p.spans, p.err = p.locate(c) })
	if p.err != nil {
		return span{}, p.err
	}
	if row >= len(p.spans) {
		return span{}, fmt.Errorf("page at byte %d: %w: %d values of %d", p.offset, errDamaged, len(p.spans), p.rows)
	}
	return p.spans[row], nil
}

// locate finds the values of a page.
func (p *page) locate(c *Column) ([]span, error) {
	block, err := c.cache.get(c, p)
	if err != nil {
		return nil, err
	}
	defer c.cache.release(block)
	present, at, err := p.present(block.data, c.definition)
	if err != nil {
		return nil, fmt.Errorf("page at byte %d: %w: %w", p.offset, errDamaged, err)
	}
	count := p.rows
	if present != nil {
		count = countTrue(present)
	}
	values, err := p.values(c, block.data, at, count)
	if err != nil {
		return nil, fmt.Errorf("page at byte %d: %w", p.offset, err)
	}
	if present == nil {
		return values, nil
	}
	spans := make([]span, len(present))
	next := 0
	for i, here := range present {
		if !here {
			continue
		}
		if next == len(values) {
			return nil, fmt.Errorf("page at byte %d: %w: fewer values than levels", p.offset, errDamaged)
		}
		spans[i] = values[next]
		next++
	}
	return spans, nil
}

// present says which rows are not null (nil: all), and where the values start.
func (p *page) present(data []byte, definition int) ([]bool, int, error) {
	if definition == 0 || p.isDictionary {
		return nil, p.levels, nil
	}
	levels, at := data[:min(p.levels, len(data))], p.levels
	if !p.version2 {
		if len(data) < 4 {
			return nil, 0, errShort
		}
		length := int(binary.LittleEndian.Uint32(data))
		if length > len(data)-4 {
			return nil, 0, errShort
		}
		levels, at = data[4:4+length], 4+length
	}
	numbers, err := decodeHybrid(levels, bits.Len(uint(definition)), p.rows)
	if err != nil {
		return nil, 0, err
	}
	present := make([]bool, len(numbers))
	for i, n := range numbers {
		present[i] = int(n) == definition
	}
	return present, at, nil
}

func countTrue(flags []bool) int {
	n := 0
	for _, flag := range flags {
		if flag {
			n++
		}
	}
	return n
}

// values returns where the count values of the page lie, nulls left out.
func (p *page) values(c *Column, data []byte, at, count int) ([]span, error) {
	switch p.encoding {
	case format.Plain:
		return p.plain(data, at)
	case format.PlainDictionary, format.RLEDictionary:
		return p.indexed(c, data, at, count)
	case format.DeltaLengthByteArray:
		return p.deltaLength(data, at)
	default:
		return nil, fmt.Errorf("encoding %v of byte strings is not supported; write the file with plain or dictionary pages", p.encoding)
	}
}

// plain: each value after its length in four bytes.
func (p *page) plain(data []byte, at int) ([]span, error) {
	var spans []span
	for at < len(data) {
		if at+4 > len(data) {
			return nil, fmt.Errorf("%w: %w", errDamaged, errShort)
		}
		length := int(binary.LittleEndian.Uint32(data[at:]))
		at += 4
		if length > len(data)-at {
			return nil, fmt.Errorf("%w: %w", errDamaged, errShort)
		}
		spans = append(spans, span{page: p, start: uint32(at), end: uint32(at + length)})
		at += length
	}
	return spans, nil
}

// indexed: the width of an index in bits, then indices into the dictionary.
func (p *page) indexed(c *Column, data []byte, at, count int) ([]span, error) {
	switch {
	case count == 0:
		return nil, nil
	case p.dictionary == nil:
		return nil, fmt.Errorf("%w: no dictionary before it", errDamaged)
	case at >= len(data):
		return nil, fmt.Errorf("%w: %w", errDamaged, errShort)
	}
	indices, err := decodeHybrid(data[at+1:], int(data[at]), count)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	spans := make([]span, len(indices))
	for i, index := range indices {
		if spans[i], err = p.dictionary.span(c, int(index)); err != nil {
			return nil, err
		}
	}
	return spans, nil
}

// deltaLength: all lengths, then all values.
func (p *page) deltaLength(data []byte, at int) ([]span, error) {
	all, offsets, err := new(delta.LengthByteArrayEncoding).DecodeByteArray(nil, data[at:], nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	base := uint32(len(data) - len(all))
	spans := make([]span, max(len(offsets)-1, 0))
	for i := range spans {
		spans[i] = span{page: p, start: base + offsets[i], end: base + offsets[i+1]}
	}
	return spans, nil
}
