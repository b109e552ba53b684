package column

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// mostValues is how many values of a list column a row group may have.
const mostValues = 1 << 24

// Verify reads the pages of a column's chunk in a row group, and returns an
// error unless their sizes, counts, runs and checksums are right, so that the
// library can be let at them. It holds one page in memory at a time, and says
// how many bytes it inflated.
func Verify(file *parquet.File, number int, leaf *parquet.Column) (inflated int64, err error) {
	row := file.Metadata().RowGroups[number]
	chunk := row.Columns[leaf.Index()].MetaData
	if d := chunk.DictionaryPageOffset; d > chunk.DataPageOffset {
		return 0, fmt.Errorf("%w: a dictionary at byte %d, after the values", ErrDamaged, d)
	}
	g := &group{rows: row.NumRows, chunk: chunk, codec: parquet.LookupCompressionCodec(chunk.Codec), repeated: leaf.MaxRepetitionLevel() > 0}
	if g.repeated {
		g.rows = min(chunk.NumValues, mostValues)
	}
	pages, err := readPages(file, g)
	if err != nil {
		return 0, err
	}
	var buffer, scratch []byte
	verified := map[*page]bool{}
	for _, p := range pages {
		for _, p := range []*page{p.dictionary, p} {
			if p == nil || verified[p] {
				continue
			}
			verified[p] = true
			inflated += int64(p.inflated)
			if buffer, scratch, err = p.inflate(file, buffer[:0], scratch); err == nil {
				err = p.checkCounts(buffer, leaf)
			}
			if err != nil {
				return inflated, fmt.Errorf("page at byte %d: %w", p.offset, err)
			}
		}
	}
	return inflated, nil
}

// checkCounts looks at what a page's body says of its number of values.
func (p *page) checkCounts(body []byte, leaf *parquet.Column) error {
	if p.isDictionary {
		if p.rows > len(body)*8 {
			return fmt.Errorf("%w: a dictionary of %d values in %d bytes", errDamaged, p.rows, len(body))
		}
		return checkStrings(body, leaf, p.rows)
	}
	present := p.rows
	lengths := []int{p.repetition, p.levels}
	for i, level := range []int{leaf.MaxRepetitionLevel(), leaf.MaxDefinitionLevel()} {
		length := lengths[i]
		if !p.version2 {
			if level == 0 {
				continue
			}
			if len(body) < 4 {
				return fmt.Errorf("%w: %w", errDamaged, errShort)
			}
			length, body = int(binary.LittleEndian.Uint32(body)), body[4:]
		}
		if length > len(body) {
			return fmt.Errorf("%w: levels past its end", errDamaged)
		}
		if err := checkRuns(body[:length], bits.Len(uint(level)), p.rows); err != nil {
			return err
		}
		if i == 1 && level > 0 {
			levels, err := decodeHybrid(body[:length], bits.Len(uint(level)), p.rows)
			if err != nil {
				return err
			}
			present = len(slices.DeleteFunc(levels, func(l uint32) bool { return l != uint32(level) }))
		}
		body = body[length:]
	}
	if p.version2 && leaf.Type().Kind() == parquet.ByteArray && p.nulls != p.rows-present {
		return fmt.Errorf("%w: %d nulls where %d should be", errDamaged, p.nulls, p.rows-present)
	}
	if p.encoding == format.Plain {
		return checkStrings(body, leaf, present)
	}
	if p.encoding == format.DeltaLengthByteArray || p.encoding == format.DeltaByteArray {
		d := deltas{rest: body}
		if _, _, err := d.header(present); len(body) > 0 && (err != nil || d.left != present) {
			return cmp.Or(err, fmt.Errorf("%w: %d values where %d should be", errDamaged, d.left, present))
		}
	}
	return p.checkValues(body)
}

// checkStrings wants as many byte strings, each after its length, as there
// should be; of others the library warns on its own, past all that listen.
func checkStrings(body []byte, leaf *parquet.Column, want int) error {
	if leaf.Type().Kind() != parquet.ByteArray {
		return nil
	}
	found := 0
	for ; len(body) > 0; found++ {
		if len(body) < 4 || int64(binary.LittleEndian.Uint32(body)) > int64(len(body)-4) {
			return fmt.Errorf("%w: %w", errDamaged, errShort)
		}
		body = body[4+binary.LittleEndian.Uint32(body):]
	}
	if found != want {
		return fmt.Errorf("%w: %d values where %d should be", errDamaged, found, want)
	}
	return nil
}

// checkValues looks at the counts that encodings begin with: whoever decodes
// them takes memory for so many.
func (p *page) checkValues(values []byte) error {
	if len(values) == 0 {
		return nil
	}
	switch p.encoding {
	//lint:ignore SA1019 files of older writers have it
	case format.PlainDictionary, format.RLEDictionary:
		return checkRuns(values[1:], int(values[0]), p.rows)
	case format.DeltaBinaryPacked:
		_, _, err := (&deltas{rest: values}).header(p.rows)
		return err
	case format.DeltaLengthByteArray:
		lengths, rest, err := sumDeltas(values, p.rows)
		if err == nil && lengths > int64(len(rest)) {
			err = fmt.Errorf("%w: %w", errDamaged, errShort)
		}
		return err
	case format.DeltaByteArray: // each value begins as the one before
		shared, rest, err := sumDeltas(values, p.rows)
		if err == nil && shared > pageRoom+pageRatio*int64(p.size) {
			err = fmt.Errorf("%w: values that share %d bytes", errDamaged, shared)
		}
		if err == nil {
			_, _, err = sumDeltas(rest, p.rows)
		}
		return err
	}
	return nil
}

// spareRuns is how many numbers more than it needs a writer may give, to fill
// up a last group.
const spareRuns = 504

// checkRuns goes through the runs of a hybrid (see decodeHybrid) whose numbers
// should be count. A run of five bytes states billions.
func checkRuns(source []byte, width, count int) error {
	for sum := uint64(0); len(source) > 0; {
		header, n := binary.Uvarint(source)
		if n <= 0 || width > 32 {
			return fmt.Errorf("%w: %w", errDamaged, errShort)
		}
		size := uint64(width+7) / 8
		if header&1 == 0 {
			sum += header >> 1
		} else {
			groups := min(header>>1, uint64(len(source))*8)
			size = groups * uint64(width)
			sum += groups * 8
		}
		if sum > uint64(count+spareRuns) {
			return fmt.Errorf("%w: a run of %d values where %d should be", errDamaged, header>>1, count)
		}
		source = source[min(uint64(n)+size, uint64(len(source))):]
	}
	return nil
}
