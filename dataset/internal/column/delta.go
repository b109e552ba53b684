package column

import (
	"encoding/binary"
	"fmt"
	"math"
)

// deltas adds up lengths in parquet's delta encoding (Encodings.md,
// DELTA_BINARY_PACKED), one after another, without making room for them.
type deltas struct {
	rest []byte
	bad  bool

	value, left int
	sum         int64
}

// sumDeltas returns the sum of lengths, at most count of them, and what
// follows them.
func sumDeltas(source []byte, count int) (sum int64, rest []byte, err error) {
	d := deltas{rest: source}
	each, parts, err := d.header(count)
	if err != nil {
		return 0, nil, err
	}
	if d.left > 0 {
		d.add(0)
	}
	for d.left > 0 && !d.bad {
		d.block(each, parts)
	}
	if d.bad {
		return 0, nil, fmt.Errorf("%w: lengths that are none", errDamaged)
	}
	return d.sum, d.rest, nil
}

// header reads how many numbers there are, the first, and how many stand in
// each of the parts of a block.
func (d *deltas) header(count int) (each, parts int, err error) {
	block, of, total, first := d.number(), d.number(), d.number(), d.signed()
	switch {
	case d.bad:
		return 0, 0, fmt.Errorf("%w: %w", errDamaged, errShort)
	case total > uint64(count) || block > 1<<16 || of == 0 || block%of != 0 || block == 0:
		return 0, 0, fmt.Errorf("%w: %d values where %d should be", errDamaged, total, count)
	}
	d.value, d.left = first, int(total)
	return int(block / of), int(of), nil
}

// block reads a block of deltas: the least of them, the widths of its parts,
// and the parts. Those without a value are left out.
func (d *deltas) block(each, parts int) {
	least := d.signed()
	for _, width := range d.take(parts) {
		if d.left == 0 {
			return
		}
		if width > 32 {
			d.bad = true
			return
		}
		packed := d.take((each*int(width) + 7) / 8)
		for i := 0; i < each && d.left > 0 && !d.bad; i++ {
			delta := 0
			if width > 0 {
				delta = int(unpack(packed, i*int(width), int(width)))
			}
			d.add(least + delta)
		}
	}
}

// add takes one more number, which lies so much above the last.
func (d *deltas) add(delta int) {
	d.value = int(int32(d.value + delta)) // which may go round
	d.bad = d.bad || d.value < 0
	d.sum += int64(d.value)
	d.left--
}

func (d *deltas) number() uint64 {
	value, n := binary.Uvarint(d.rest)
	if n <= 0 || value > math.MaxInt64 {
		d.bad = true
		return 0
	}
	d.rest = d.rest[n:]
	return value
}

func (d *deltas) signed() int {
	value, n := binary.Varint(d.rest)
	if n <= 0 {
		d.bad = true
		return 0
	}
	d.rest = d.rest[n:]
	return int(value)
}

func (d *deltas) take(n int) []byte {
	if n > len(d.rest) {
		d.bad = true
		return nil
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}
