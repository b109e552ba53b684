package picture

import (
	"encoding/binary"
	"fmt"
	"image"
	"math/bits"
	"slices"
)

// bmpFile is a BMP of Windows or OS/2: what its headers say.
type bmpFile struct {
	size        image.Point
	downwards   bool // rows come from the top
	depth       int  // bits a pixel
	compression uint32
	masks       [4]uint32 // of red, green, blue and transparency
	palette     [][3]uint8
	pixels      []byte
}

// Compressions of BMP.
const (
	bmpPlain     = 0
	bmpRLE8      = 1
	bmpRLE4      = 2
	bmpBitfields = 3
	bmpAlpha     = 6
)

func readBMP(data []byte) (b bmpFile, err error) {
	const fileHeader, oldHeader, newHeader = 14, 12, 40
	bare := isDIB(data)
	if bare {
		data = slices.Concat(make([]byte, fileHeader), data)
	}
	if len(data) < fileHeader+oldHeader {
		return b, errCut
	}
	little := binary.LittleEndian
	start, length := uint64(little.Uint32(data[10:])), uint64(little.Uint32(data[14:]))
	if length < oldHeader || length > 1024 {
		return b, as(ErrUnsupported, fmt.Errorf("a header of %d bytes is not supported", length))
	}
	if fileHeader+length > uint64(len(data)) || start > uint64(len(data)) {
		return b, errCut
	}
	head := make([]byte, max(length, newHeader))
	copy(head, data[fileHeader:][:length])
	rest, entry, colours := data[fileHeader+length:], 4, uint64(0)
	if length == oldHeader {
		b.size, entry = image.Pt(int(little.Uint16(head[4:])), int(little.Uint16(head[6:]))), 3
		b.depth = int(little.Uint16(head[10:]))
		clear(head[oldHeader:])
	} else {
		b.size = image.Pt(int(int32(little.Uint32(head[4:]))), int(int32(little.Uint32(head[8:]))))
		b.depth, b.compression = int(little.Uint16(head[14:])), little.Uint32(head[16:])
		colours = uint64(little.Uint32(head[32:]))
	}
	if b.downwards = b.size.Y < 0; b.downwards {
		b.size.Y = -b.size.Y
	}
	if rest, err = b.colours(head, rest, length); err != nil {
		return b, err
	}
	first := uint64(len(data) - len(rest))
	if b.depth <= 8 {
		if colours == 0 || colours > 1<<b.depth {
			colours = 1 << b.depth
		}
		colours = min(colours, uint64(len(rest)/entry))
		if start > first { // the pixels begin earlier in some files
			colours = min(colours, (start-first)/uint64(entry))
		}
		for i := range int(colours) {
			c := rest[i*entry:]
			b.palette = append(b.palette, [3]uint8{c[2], c[1], c[0]})
		}
	}
	if bare {
		start = first + uint64(len(b.palette)*entry)
	}
	b.pixels = data[start:]
	return b, nil
}

// isDIB tells a BMP without the header of a file, as it is kept in memory.
func isDIB(data []byte) bool {
	if len(data) < 40 {
		return false
	}
	little := binary.LittleEndian
	known := slices.Contains([]uint32{40, 52, 56, 64, 108, 124}, little.Uint32(data))
	return known && little.Uint16(data[12:]) == 1 && slices.Contains([]uint16{1, 2, 4, 8, 16, 24, 32}, little.Uint16(data[14:]))
}

// colours reads how a pixel's bits are shared out; those numbers follow a short
// header, or are part of a longer one.
func (b *bmpFile) colours(head, rest []byte, length uint64) ([]byte, error) {
	unread := as(ErrUnsupported, fmt.Errorf("%d bits a pixel, compressed in way %d, are not supported", b.depth, b.compression))
	switch b.depth {
	case 1, 2, 4, 8, 24:
	case 16:
		b.masks = [4]uint32{0x7c00, 0x3e0, 0x1f, 0}
	case 32:
		b.masks = [4]uint32{0xff0000, 0xff00, 0xff, 0}
	default:
		return nil, unread
	}
	switch b.compression {
	case bmpPlain:
	case bmpRLE8, bmpRLE4:
		if b.compression == bmpRLE8 && b.depth != 8 || b.compression == bmpRLE4 && b.depth != 4 {
			return nil, unread
		}
	case bmpBitfields, bmpAlpha:
		if b.depth != 16 && b.depth != 32 || length == 64 {
			return nil, unread
		}
		masks, count := head[40:], 4
		if length == 40 {
			if count = 3; b.compression == bmpAlpha {
				count = 4
			}
			if len(rest) < 4*count {
				return nil, errCut
			}
			masks, rest = rest[:4*count], rest[4*count:]
		}
		b.masks = [4]uint32{}
		for i := range min(count, len(masks)/4) {
			b.masks[i] = binary.LittleEndian.Uint32(masks[4*i:])
		}
	default:
		return nil, unread
	}
	return rest, nil
}

// headerBMP counts RGB, and an index for each pixel.
func headerBMP(_ *Decoder, data []byte) (header, error) {
	b, err := readBMP(data)
	h := sized(b.size.X, b.size.Y, 3+1)
	if isDIB(data) {
		h.memory += int64(len(data)) // readBMP copies it
	}
	return h, err
}

func decodeBMP(_ *Decoder, in input) (*Picture, error) {
	b, err := readBMP(in.data)
	if err != nil {
		return nil, err
	}
	p := New(b.size.X, b.size.Y)
	if b.compression == bmpRLE8 || b.compression == bmpRLE4 {
		indices, err := b.runs(in)
		if err != nil {
			return nil, err
		}
		for y := range p.Height {
			b.indexed(p.row(b.place(y)), indices[y*p.Width:][:p.Width])
		}
		return p, nil
	}
	stride := (b.size.X*b.depth + 31) / 32 * 4
	if len(b.pixels) < stride*(b.size.Y-1)+(b.size.X*b.depth+7)/8 {
		return nil, errCut
	}
	line := make([]byte, stride)
	for y := range p.Height {
		if err := in.context.Err(); err != nil {
			return nil, err
		}
		copy(line, b.pixels[y*stride:])
		b.row(p.row(b.place(y)), line)
	}
	return p, nil
}

// place returns where the row that comes as number y belongs.
func (b *bmpFile) place(y int) int {
	if b.downwards {
		return y
	}
	return b.size.Y - 1 - y
}

func (p *Picture) row(y int) []uint8 { return p.Pixels[y*p.Width*3:][:p.Width*3] }

// row converts a row of pixels.
func (b *bmpFile) row(out, line []byte) {
	switch b.depth {
	case 24:
		for i := 0; i < len(out); i += 3 {
			out[i], out[i+1], out[i+2] = line[i+2], line[i+1], line[i]
		}
	case 16:
		for x := range len(out) / 3 {
			b.masked(out[3*x:], uint32(binary.LittleEndian.Uint16(line[2*x:])))
		}
	case 32:
		for x := range len(out) / 3 {
			b.masked(out[3*x:], binary.LittleEndian.Uint32(line[4*x:]))
		}
	default:
		indices := make([]byte, len(out)/3)
		for x := range indices {
			at := x * b.depth
			indices[x] = line[at/8] >> (8 - b.depth - at%8) & (1<<b.depth - 1)
		}
		b.indexed(out, indices)
	}
}

// indexed looks colours up; an index beyond the palette is black.
func (b *bmpFile) indexed(out, indices []byte) {
	for x, index := range indices {
		if int(index) < len(b.palette) {
			copy(out[3*x:3*x+3], b.palette[index][:])
		}
	}
}

// masked takes a pixel's bits apart.
func (b *bmpFile) masked(out []byte, pixel uint32) {
	alpha := uint8(255)
	if b.masks[3] != 0 {
		alpha = share(pixel, b.masks[3])
	}
	for c := range 3 {
		out[c] = overWhite(share(pixel, b.masks[c]), alpha)
	}
}

// share returns what a mask leaves of a pixel, spread to 8 bits.
func share(pixel, mask uint32) uint8 {
	if mask == 0 {
		return 0
	}
	shift := bits.TrailingZeros32(mask)
	return uint8(uint64((pixel&mask)>>shift) * 255 / uint64(mask>>shift))
}

// runs unpacks runs of indices. What they leave out is index 0.
func (b *bmpFile) runs(in input) ([]byte, error) {
	out := make([]byte, b.size.X*b.size.Y)
	x, y := 0, 0
	put := func(index byte) {
		if x < b.size.X && y < b.size.Y {
			out[y*b.size.X+x] = index
		}
		x++
	}
	half := func(value byte, i int) byte {
		if b.compression == bmpRLE4 {
			return value >> (4 - i%2*4) & 15
		}
		return value
	}
	f := fields{rest: b.pixels}
	for y < b.size.Y {
		if err := in.context.Err(); err != nil {
			return nil, err
		}
		count, value := int(f.number(1)), byte(f.number(1))
		switch {
		case f.short:
			return nil, errCut
		case count > 0:
			for i := range count {
				put(half(value, i))
			}
		case value == 0:
			x, y = 0, y+1
		case value == 1:
			return out, nil
		case value == 2:
			x, y = x+int(f.number(1)), y+int(f.number(1))
		default:
			length := int(value)
			if b.compression == bmpRLE4 {
				length = (length + 1) / 2
			}
			run := f.bytes(length)
			if f.bytes(length % 2); f.short {
				return nil, errCut
			}
			for i := range int(value) {
				if b.compression == bmpRLE4 {
					put(half(run[i/2], i))
				} else {
					put(run[i])
				}
			}
		}
	}
	return out, nil
}
