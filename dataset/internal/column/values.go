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
	spans, err := p.locateIn(&window{column: c, page: p})
	if err != nil {
		return nil, fmt.Errorf("page at byte %d: %w", p.offset, err)
	}
	return spans, nil
}

func (p *page) locateIn(w *window) ([]span, error) {
	defer w.close()
	if err := p.prepare(w.column.file); err != nil {
		return nil, err
	}
	present, at, err := p.present(w)
	if err != nil {
		return nil, err
	}
	count := p.rows
	if present != nil {
		count = countTrue(present)
	}
	values, err := p.values(w, at, count)
	if err != nil || present == nil {
		return values, err
	}
	if len(values) < count {
		return nil, fmt.Errorf("%w: fewer values than levels", errDamaged)
	}
	spans := make([]span, len(present))
	next := 0
	for i, here := range present {
		if here {
			spans[i] = values[next]
			next++
		}
	}
	return spans, nil
}

// present says which rows are not null (nil: all), and where the values start.
func (p *page) present(w *window) ([]bool, int, error) {
	definition := w.column.definition
	if definition == 0 || p.isDictionary {
		return nil, p.levels + p.repetition, nil
	}
	length, at := p.levels, p.repetition
	if !p.version2 {
		size, err := w.at(0, 4)
		if err != nil {
			return nil, 0, err
		}
		length, at = int(binary.LittleEndian.Uint32(size)), 4
	}
	levels, err := w.at(at, length)
	if err != nil {
		return nil, 0, err
	}
	numbers, err := decodeHybrid(levels, bits.Len(uint(definition)), p.rows)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", errDamaged, err)
	}
	present := make([]bool, len(numbers))
	for i, n := range numbers {
		present[i] = int(n) == definition
	}
	return present, at + length, nil
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
func (p *page) values(w *window, at, count int) ([]span, error) {
	switch p.encoding {
	case format.Plain:
		return p.plain(w, at, count)
	//lint:ignore SA1019 files written before parquet 2 still say so
	//lint:ignore SA1019 files of older writers have it
	case format.PlainDictionary, format.RLEDictionary:
		return p.indexed(w, at, count)
	case format.DeltaLengthByteArray:
		return p.deltaLength(w, at)
	default:
		return nil, fmt.Errorf("encoding %v of byte strings is not supported; write the file with plain or dictionary pages", p.encoding)
	}
}

// plain: each value after its length in four bytes.
func (p *page) plain(w *window, at, count int) ([]span, error) {
	spans := make([]span, 0, min(count, p.inflated/4+1))
	for range count {
		size, err := w.at(at, 4)
		if err != nil {
			return nil, err
		}
		end := at + 4 + int(binary.LittleEndian.Uint32(size))
		if end > p.inflated {
			return nil, fmt.Errorf("%w: %w", errDamaged, errShort)
		}
		spans = append(spans, span{page: p, start: uint32(at + 4), end: uint32(end)})
		at = end
	}
	return spans, nil
}

// indexed: the width of an index in bits, then indices into the dictionary.
func (p *page) indexed(w *window, at, count int) ([]span, error) {
	switch {
	case count == 0:
		return nil, nil
	case p.dictionary == nil:
		return nil, fmt.Errorf("%w: no dictionary before it", errDamaged)
	case at >= p.inflated:
		return nil, fmt.Errorf("%w: %w", errDamaged, errShort)
	}
	data, err := w.at(at, p.inflated-at)
	if err != nil {
		return nil, err
	}
	indices, err := decodeHybrid(data[1:], int(data[0]), count)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	spans := make([]span, len(indices))
	for i, index := range indices {
		if spans[i], err = p.dictionary.span(w.column, int(index)); err != nil {
			return nil, err
		}
	}
	return spans, nil
}

// deltaLength: all lengths, then all values.
func (p *page) deltaLength(w *window, at int) ([]span, error) {
	data, err := w.at(at, p.inflated-at)
	if err != nil {
		return nil, err
	}
	if err := p.checkValues(data); err != nil {
		return nil, err
	}
	all, offsets, err := new(delta.LengthByteArrayEncoding).DecodeByteArray(nil, data, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	base := uint32(p.inflated - len(all))
	spans := make([]span, max(len(offsets)-1, 0))
	for i := range spans {
		spans[i] = span{page: p, start: base + offsets[i], end: base + offsets[i+1]}
	}
	return spans, nil
}
