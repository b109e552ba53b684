package column

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"sort"
)

// fragment is a part of a snappy stream that refers to nothing before it, so
// that it can be decompressed alone. Snappy's encoders make one of every 64 KB
// (google/snappy, format_description.txt).
type fragment struct {
	inflated   int // where it begins in the page
	compressed int // and in the page's body
}

// fragmentSize is the least size of a fragment, but for the last.
const fragmentSize = 1 << 16

// scan reads the tags of a page that snappy compressed, and finds its
// fragments. A last one, empty, marks the end.
func (p *page) scan(file io.ReaderAt) error {
	sum := crc32.NewIEEE()
	body := io.NewSectionReader(file, p.offset, int64(p.size))
	s := scanner{reader: bufio.NewReaderSize(io.TeeReader(body, sum), 1<<15)}
	size, err := binary.ReadUvarint(&s)
	if err == nil && size != uint64(p.inflated) {
		err = fmt.Errorf("%d bytes where the header says %d", size, p.inflated)
	}
	s.fragments = []fragment{{0, s.read}}
	for err == nil && s.read < p.size {
		err = s.tag()
	}
	if err == nil && s.written != p.inflated {
		err = fmt.Errorf("%d bytes where the header says %d", s.written, p.inflated)
	}
	if err == nil && p.crc != 0 && sum.Sum32() != p.crc {
		err = fmt.Errorf("its checksum differs")
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	p.fragments = append(s.fragments, fragment{s.written, s.read})
	return nil
}

// scanner reads a snappy stream without decompressing it.
type scanner struct {
	reader        *bufio.Reader
	read, written int
	fragments     []fragment
}

// ReadByte reads one byte of the stream.
func (s *scanner) ReadByte() (byte, error) {
	b, err := s.reader.ReadByte()
	s.read++
	return b, err
}

// number reads n bytes, the lowest first.
func (s *scanner) number(n int) (int, error) {
	value := 0
	for i := range n {
		b, err := s.ReadByte()
		if err != nil {
			return 0, err
		}
		value |= int(b) << (8 * i)
	}
	return value, nil
}

// tag reads one element of the stream: a literal, or a copy of what came before.
func (s *scanner) tag() error {
	if s.written-s.fragments[len(s.fragments)-1].inflated >= fragmentSize {
		s.fragments = append(s.fragments, fragment{s.written, s.read})
	}
	first, err := s.ReadByte()
	if err != nil {
		return err
	}
	high := int(first >> 2)
	switch first & 3 {
	case 0:
		return s.literal(high)
	case 1:
		low, err := s.number(1)
		return s.copy(4+high&7, high>>3<<8|low, err)
	case 2:
		offset, err := s.number(2)
		return s.copy(1+high, offset, err)
	default:
		offset, err := s.number(4)
		return s.copy(1+high, offset, err)
	}
}

func (s *scanner) literal(length int) error {
	if length >= 60 {
		long, err := s.number(length - 59)
		if err != nil {
			return err
		}
		length = long
	}
	n, err := s.reader.Discard(length + 1)
	s.read, s.written = s.read+n, s.written+n
	return err
}

// copy joins the fragments that a copy reaches across.
func (s *scanner) copy(length, offset int, err error) error {
	if err != nil {
		return err
	}
	source := s.written - offset
	if offset == 0 || source < 0 {
		return fmt.Errorf("a copy from %d bytes before byte %d", offset, s.written)
	}
	for s.fragments[len(s.fragments)-1].inflated > source {
		s.fragments = s.fragments[:len(s.fragments)-1]
	}
	s.written += length
	return nil
}

// covering returns the fragments that hold the bytes from start to end: those
// before last, from first.
func (p *page) covering(start, end int) (first, last int) {
	first = sort.Search(len(p.fragments)-1, func(i int) bool { return p.fragments[i+1].inflated > start })
	last = sort.Search(len(p.fragments), func(i int) bool { return p.fragments[i].inflated >= end })
	return first, max(last, first+1)
}

// thaw decompresses the page from fragment first up to byte end, in fragment
// last-1, into buffer.
func (p *page) thaw(file io.ReaderAt, first, last, end int, buffer, scratch []byte) ([]byte, []byte, error) {
	from := p.fragments[first]
	buffer = resize(buffer, end-from.inflated)
	all := p.fragments[last].compressed - from.compressed
	// As much as the usual encoders make of it at most; all where that is short.
	for size := min(32+len(buffer)+len(buffer)/6, all); ; size = all {
		scratch = resize(scratch, size)
		if _, err := file.ReadAt(scratch, p.offset+int64(from.compressed)); err != nil {
			return buffer, scratch, err
		}
		err := thawPart(buffer, scratch)
		if err == nil || size == all {
			return buffer, scratch, err
		}
	}
}

// thawPart decompresses as many elements of a snappy stream as fill out.
func thawPart(out, stream []byte) error {
	for written := 0; written < len(out); {
		length, offset, size := element(stream)
		if size > len(stream) || size == 0 {
			return fmt.Errorf("%w: %w", errDamaged, errShort)
		}
		stream = stream[size:]
		length = min(length, len(out)-written)
		switch {
		case offset == 0 && length > len(stream):
			return fmt.Errorf("%w: %w", errDamaged, errShort)
		case offset == 0:
			written += copy(out[written:written+length], stream)
			stream = stream[length:]
		case offset > written:
			return fmt.Errorf("%w: a copy from %d bytes before byte %d", errDamaged, offset, written)
		default:
			for end := written + length; written < end; {
				written += copy(out[written:end], out[written-offset:written])
			}
		}
	}
	return nil
}

// element reads the head of an element: of a literal of a length if offset is
// 0, or of a copy from offset bytes before. Size is the head's, 0 if it is none.
func element(stream []byte) (length, offset, size int) {
	var head [8]byte
	copy(head[:], stream)
	tag, rest := int(head[0]), binary.LittleEndian.Uint32(head[1:])
	high := tag >> 2
	switch tag & 3 {
	case 0:
		if high < 60 {
			return high + 1, 0, 1
		}
		bytes := high - 59
		return int(rest&(1<<(8*bytes)-1)) + 1, 0, 1 + bytes
	case 1:
		length, offset, size = 4+high&7, high>>3<<8|int(head[1]), 2
	case 2:
		length, offset, size = high+1, int(rest&0xffff), 3
	case 3:
		length, offset, size = high+1, int(rest), 5
	}
	if offset == 0 {
		return 0, 0, 0
	}
	return length, offset, size
}
