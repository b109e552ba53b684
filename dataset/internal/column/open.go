package column

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// largestFooter is how many bytes a file's footer may have; those of large
// data sets have some megabytes.
const largestFooter = 8 << 20

// Open opens a parquet file. Its footer is gone through before the library
// believes the sizes in it; what the library panics at is told as damage.
func Open(file io.ReaderAt, size int64) (table *parquet.File, err error) {
	defer Recover(&err)
	if err := checkFooter(file, size); err != nil {
		return nil, err
	}
	return parquet.OpenFile(file, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
}

// Recover turns a panic of the parquet library into an error. It is deferred.
func Recover(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: the parquet library gave up on it", ErrDamaged)
	}
}

// ErrDamaged is the cause of errors about what is no whole parquet file.
var ErrDamaged = errors.New("damaged parquet file")

func checkFooter(file io.ReaderAt, size int64) error {
	var end [8]byte
	if size < 12 {
		return fmt.Errorf("%w: it has %d bytes", ErrDamaged, size)
	}
	if _, err := file.ReadAt(end[:], size-8); err != nil {
		return err
	}
	length := int64(binary.LittleEndian.Uint32(end[:]))
	switch {
	case string(end[4:]) == "PARE":
		return errors.New("an encrypted parquet file: write it without encryption")
	case string(end[4:]) != "PAR1":
		return fmt.Errorf("%w: it does not end as one, so it may be cut short", ErrDamaged)
	case length > size-12 || length > largestFooter:
		return fmt.Errorf("%w: a footer of %d bytes in a file of %d", ErrDamaged, length, size)
	}
	footer := make([]byte, length)
	if _, err := file.ReadAt(footer, size-8-length); err != nil {
		return err
	}
	w := walker{rest: footer, most: fewStructs + len(footer)/leastStruct}
	if w.structure(0); w.bad {
		return fmt.Errorf("%w: its footer", ErrDamaged)
	}
	return nil
}

// walker goes through a structure in thrift's compact protocol, and finds it
// bad where a length says more than there is.
type walker struct {
	rest  []byte
	bad   bool
	lists int // elements of lists of structures, each of which takes memory
	most  int // that there may be of them
}

// Thrift's types that are told apart.
const (
	thriftByte   = 3
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

// A footer may have some structures in lists, the columns of its row groups
// above all, and then one for so many bytes: real ones have more, and the
// library makes some 400 bytes of one.
const (
	fewStructs  = 1 << 16
	leastStruct = 24
)

func (w *walker) take(n uint64) {
	if n > uint64(len(w.rest)) {
		w.bad, w.rest = true, nil
		return
	}
	w.rest = w.rest[n:]
}

func (w *walker) byte() byte {
	if len(w.rest) == 0 {
		w.bad = true
		return 0
	}
	b := w.rest[0]
	w.rest = w.rest[1:]
	return b
}

func (w *walker) varint() uint64 {
	value, n := binary.Uvarint(w.rest)
	if n <= 0 {
		w.bad, w.rest = true, nil
		return 0
	}
	w.rest = w.rest[n:]
	return value
}

func (w *walker) structure(depth int) {
	for !w.bad {
		head := w.byte()
		if head == 0 {
			return
		}
		if head>>4 == 0 {
			w.varint() // the field's number
		}
		if kind := head & 15; kind > 2 { // the others are the booleans themselves
			w.value(kind, depth+1)
		}
	}
}

func (w *walker) value(kind byte, depth int) {
	if depth > 32 {
		w.bad = true
	}
	switch {
	case w.bad:
	case kind <= thriftByte:
		w.byte()
	case kind < thriftDouble:
		w.varint()
	case kind == thriftDouble:
		w.take(8)
	case kind == thriftBinary:
		w.take(w.varint())
	case kind == thriftList || kind == thriftSet:
		w.list(depth)
	case kind == thriftMap:
		if count := w.varint(); count > 0 {
			kinds := w.byte()
			w.items(count, depth, kinds>>4, kinds&15)
		}
	case kind == thriftStruct:
		w.structure(depth)
	default:
		w.bad = true
	}
}

func (w *walker) list(depth int) {
	head := w.byte()
	count := uint64(head >> 4)
	if count == 15 {
		count = w.varint()
	}
	w.items(count, depth, head&15)
}

// items goes through count elements of a list, or pairs of a map.
func (w *walker) items(count uint64, depth int, kinds ...byte) {
	if count > uint64(len(w.rest)) {
		w.bad = true
		return
	}
	if w.lists += int(count); kinds[0] != thriftStruct {
		w.lists -= int(count)
	}
	w.bad = w.bad || w.lists > w.most
	for range count {
		for _, kind := range kinds {
			w.value(kind, depth+1)
		}
		if w.bad {
			return
		}
	}
}
