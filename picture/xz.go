package picture

import (
	"bytes"
	"errors"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

var errXZ = errors.New("its LZMA data is damaged")

// readXZ reads an .xz file of one block of length bytes at most, packed by LZMA
// and, before that, made of differences of bytes, as libtiff writes it. (The
// library reads whole .xz files, but none with differences.)
func readXZ(packed []byte, length int) (io.Reader, error) {
	const streamHeader, differences, lzma2 = 12, 3, 0x21
	f := fields{rest: packed}
	start := f.bytes(streamHeader)
	if f.short || !prefix("\xfd7zXZ\x00")(start) {
		return nil, errXZ
	}
	block := 4 * (int(f.number(1)) + 1)
	h := fields{rest: f.bytes(block - 1)}
	flags := h.number(1)
	for bit := uint64(0x40); bit <= 0x80; bit <<= 1 { // sizes
		if flags&bit != 0 {
			h.sevens()
		}
	}
	distance := 0
	for range flags&3 + 1 {
		switch id, properties := h.sevens(), h.bytes(int(h.sevens())); {
		case id == differences && len(properties) == 1:
			distance = int(properties[0]) + 1
		case id != lzma2:
			return nil, tiffUnread("compression by LZMA with filter %d is", id)
		}
	}
	if h.short || f.short {
		return nil, errXZ
	}
	reader, err := lzma.Reader2Config{DictCap: max(length, lzma.MinDictCap)}.NewReader2(bytes.NewReader(f.rest))
	if err != nil {
		return nil, errXZ
	}
	return &addUp{reader, make([]byte, distance), 0}, nil
}

// sevens reads a number of seven bits a byte, the lowest first.
func (f *fields) sevens() (n uint64) {
	for shift := 0; shift < 63; shift += 7 {
		b := f.number(1)
		if n |= b & 0x7f << shift; b < 0x80 {
			return n
		}
	}
	f.short = true
	return 0
}

// addUp adds to each byte the one a distance before it, if there is a distance.
type addUp struct {
	from io.Reader
	last []byte
	at   int
}

func (a *addUp) Read(p []byte) (int, error) {
	n, err := a.from.Read(p)
	if len(a.last) == 0 {
		return n, err
	}
	for i := range p[:n] {
		p[i] += a.last[a.at]
		a.last[a.at] = p[i]
		a.at = (a.at + 1) % len(a.last)
	}
	return n, err
}
