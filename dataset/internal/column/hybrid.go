package column

import (
	"encoding/binary"
	"errors"
	"fmt"
)

var errShort = errors.New("cut short")

// decodeHybrid decodes count numbers of width bits from parquet's hybrid of
// run lengths and bit packing (Encodings.md, RLE).
func decodeHybrid(source []byte, width, count int) ([]uint32, error) {
	if width > 32 || count < 0 {
		return nil, fmt.Errorf("numbers of %d bits", width)
	}
	if width == 0 {
		return make([]uint32, count), nil
	}
	numbers := make([]uint32, 0, count)
	for len(numbers) < count {
		header, n := binary.Uvarint(source)
		if n <= 0 {
			return nil, errShort
		}
		source = source[n:]
		room := count - len(numbers)
		if header&1 == 0 {
			size := (width + 7) / 8
			if len(source) < size || header == 0 {
				return nil, errShort
			}
			value := unpack(source, 0, 8*size)
			for range min(header>>1, uint64(room)) {
				numbers = append(numbers, value)
			}
			source = source[size:]
			continue
		}
		groups := min(header>>1, uint64(len(source))) // of eight, one byte for each bit of the width
		packed := groups * uint64(width)
		for i := range min(int(groups)*8, room) {
			if (i+1)*width > 8*len(source) {
				return nil, errShort
			}
			numbers = append(numbers, unpack(source, i*width, width))
		}
		source = source[min(packed, uint64(len(source))):]
	}
	return numbers, nil
}

// unpack returns the number of width bits, low bits first, that starts at a bit.
func unpack(source []byte, at, width int) uint32 {
	value := uint64(0)
	for i, b := range source[at/8 : (at+width+7)/8] {
		value |= uint64(b) << (8 * i)
	}
	return uint32(value >> (at % 8) & (1<<width - 1))
}
