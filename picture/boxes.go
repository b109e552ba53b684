package picture

import (
	"encoding/binary"
	"errors"
	"iter"
)

// errBoxes is about boxes whose numbers do not fit what they hold.
var errBoxes = errors.New("its boxes do not fit together")

// box is a part of an ISO base media file (ISO/IEC 14496-12, §4.2).
type box struct {
	kind string
	body []byte
}

// boxes walks the boxes in data up to the first that is cut short, which comes
// with what there is of it.
func boxes(data []byte) iter.Seq[box] {
	return func(yield func(box) bool) {
		for len(data) >= 8 {
			length, start := uint64(binary.BigEndian.Uint32(data)), uint64(8)
			switch {
			case length == 0: // up to the end
				length = uint64(len(data))
			case length == 1 && len(data) >= 16:
				length, start = binary.BigEndian.Uint64(data[8:]), 16
			}
			if length < start {
				return
			}
			end := min(length, uint64(len(data)))
			if !yield(box{string(data[4:8]), data[start:end]}) {
				return
			}
			data = data[end:]
		}
	}
}

// find returns the body of the first box of a kind, or nil.
func find(data []byte, kind string) []byte {
	for b := range boxes(data) {
		if b.kind == kind {
			return b.body
		}
	}
	return nil
}

// makeBox returns a box of the parts.
func makeBox(kind string, parts ...[]byte) []byte {
	b := append(make([]byte, 4), kind...)
	for _, part := range parts {
		b = append(b, part...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

// fields reads numbers one after another; short tells that there were too few.
type fields struct {
	rest  []byte
	short bool
}

// number reads a number of 0 to 8 bytes.
func (f *fields) number(bytes int) (n uint64) {
	for _, b := range f.bytes(bytes) {
		n = n<<8 | uint64(b)
	}
	return n
}

// bytes returns the next n bytes, or nil and none of those that follow.
func (f *fields) bytes(n int) []byte {
	if n < 0 || n > len(f.rest) {
		f.short, f.rest = true, nil
		return nil
	}
	read := f.rest[:n]
	f.rest = f.rest[n:]
	return read
}

// version reads the version and flags that many boxes begin with.
func (f *fields) version() (version int, flags uint64) {
	version = int(f.number(1))
	return version, f.number(3)
}

// wideOr2 returns 4 where wide is set, else 2: many numbers grew with a version.
func wideOr2(wide bool) int {
	if wide {
		return 4
	}
	return 2
}
