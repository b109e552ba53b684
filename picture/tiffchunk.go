package picture

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"math/bits"
	"slices"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/image/tiff/lzw"
)

// Compressions that chunk reads.
const (
	tiffPlain      = 1
	tiffRLE        = 2
	tiffGroup3     = 3
	tiffGroup4     = 4
	tiffLZW        = 5
	tiffJPEG       = 7
	tiffDeflate    = 8
	tiffOldDeflate = 32946
	tiffPackBits   = 32773
	tiffLZMA       = 34925
	tiffZstandard  = 50000
)

// zstandardWindow is how far back Zstandard may look.
const zstandardWindow = 8 << 20

// chunk returns a strip or tile's numbers: rows of it at least, each of
// chunkWidth*samples, which take whole bytes each.
func (r *tiffRaster) chunk(in input, i, samples, rows int) ([]byte, error) {
	rowBytes := (r.chunkWidth*samples*r.bits + 7) / 8
	packed, err := r.packed(i, rowBytes*rows)
	switch {
	case err != nil:
		return nil, err
	case r.compression == tiffJPEG:
		return r.jpeg(in, packed, samples, rows)
	}
	if r.reversed {
		packed = reversedBits(packed)
	}
	if r.fax() {
		return r.blackWhite(packed, rows)
	}
	reader, err := r.unpacker(packed, rowBytes*r.chunkHeight)
	if err != nil {
		return nil, err
	}
	out := make([]byte, rowBytes*rows)
	for rest := out; len(rest) > 0; {
		if err := in.context.Err(); err != nil {
			return nil, err
		}
		n, err := io.ReadFull(reader, rest[:min(len(rest), 1<<20)])
		if err != nil {
			return nil, errCut
		}
		rest = rest[n:]
	}
	if err := r.unpredict(in, out, samples); err != nil {
		return nil, err
	}
	return r.wholeBytes(out, rowBytes, samples), nil
}

// packed returns a strip or tile's bytes. What is not packed has as many as it
// needs, whatever the directory says; where the directory does not say, they
// go on to the file's end.
func (r *tiffRaster) packed(i, length int) ([]byte, error) {
	size := uint64(len(r.data))
	from := r.offsets[i]
	if from > size {
		return nil, errCut
	}
	stated := size - from
	if i < len(r.lengths) {
		stated = r.lengths[i]
	}
	if r.compression == tiffPlain {
		stated = uint64(length)
	}
	if stated > size-from {
		return nil, errCut
	}
	return r.data[from : from+stated], nil
}

func reversedBits(data []byte) []byte {
	out := make([]byte, len(data))
	for i, b := range data {
		out[i] = bits.Reverse8(b)
	}
	return out
}

// unpacker reads what was packed, of length bytes at most.
func (r *tiffRaster) unpacker(packed []byte, length int) (io.Reader, error) {
	plain := bytes.NewReader(packed)
	switch r.compression {
	case tiffPlain:
		return plain, nil
	case tiffLZW:
		return lzw.NewReader(plain, lzw.MSB, 8), nil
	case tiffDeflate, tiffOldDeflate:
		return zlib.NewReader(plain)
	case tiffPackBits:
		return &packBits{rest: packed}, nil
	case tiffLZMA:
		return readXZ(packed, length)
	case tiffZstandard:
		return zstd.NewReader(plain, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstandardWindow))
	}
	return nil, tiffUnread("compression %d is", r.compression)
}

// wholeBytes gives numbers whose bits do not fill bytes one or two of their own,
// and, but for a palette's, the range of those.
func (r *tiffRaster) wholeBytes(packed []byte, rowBytes, samples int) []byte {
	if r.bits%8 == 0 {
		return packed
	}
	columns, size := r.chunkWidth*samples, r.size()
	out := make([]byte, 0, len(packed)/rowBytes*columns*size)
	most := uint32(1)<<r.bits - 1
	for row := range slices.Chunk(packed, rowBytes) {
		b := bitReader{data: row}
		for range columns {
			value := b.read(r.bits)
			switch {
			case size == 2:
				out = append(out, 0, 0)
				r.order.PutUint16(out[len(out)-2:], uint16(value*0xffff/most))
			case r.photometric == tiffPalette:
				out = append(out, uint8(value))
			default:
				out = append(out, uint8(value*0xff/most))
			}
		}
	}
	return out
}

// packBits unpacks bytes that stand for runs (TIFF 6.0, §9).
type packBits struct {
	rest  []byte
	ready []byte
}

func (p *packBits) Read(out []byte) (int, error) {
	for len(p.ready) == 0 {
		if len(p.rest) < 2 {
			return 0, io.EOF
		}
		n := int(int8(p.rest[0]))
		switch p.rest = p.rest[1:]; {
		case n >= 0:
			n = min(n+1, len(p.rest))
			p.ready, p.rest = p.rest[:n], p.rest[n:]
		case n > -128:
			p.ready, p.rest = bytes.Repeat(p.rest[:1], 1-n), p.rest[1:]
		}
	}
	n := copy(out, p.ready)
	p.ready = p.ready[n:]
	return n, nil
}

func (r *tiffRaster) fax() bool {
	return r.compression == tiffRLE || r.compression == tiffGroup3 || r.compression == tiffGroup4
}

// blackWhite decodes the codes of fax machines, which call white 0.
func (r *tiffRaster) blackWhite(packed []byte, rows int) ([]byte, error) {
	coding := faxRows
	switch {
	case r.compression == tiffRLE:
		coding = faxAlignedRows
	case r.compression == tiffGroup4:
		coding = faxPairs
	case r.faxOptions&1 == 1:
		coding = faxMixedRows
	}
	out := make([]byte, r.chunkWidth*rows)
	f := newFax(packed, r.chunkWidth, coding)
	for row := range slices.Chunk(out, r.chunkWidth) {
		if err := f.next(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// unpredict adds up what was stored as differences (TIFF 6.0, §14, and Adobe's
// technical note 3 for numbers with a point).
func (r *tiffRaster) unpredict(in input, out []byte, samples int) error {
	const differences, ofBytes = 2, 3
	size := r.bits / 8
	row := r.chunkWidth * samples * size
	switch {
	case r.predictor <= 1 || r.compression == tiffPlain || r.compression == tiffPackBits:
		return nil // those two are not made of differences, whatever the directory says
	case r.predictor == ofBytes && r.format == tiffFloat:
		for ; len(out) >= row && in.context.Err() == nil; out = out[row:] {
			r.joinBytes(out[:row], samples)
		}
		return in.context.Err()
	case r.predictor != differences || r.bits%8 != 0:
		return tiffUnread("predictor %d of %d bits is", r.predictor, r.bits)
	}
	for ; len(out) >= row && in.context.Err() == nil; out = out[row:] {
		for at := samples * size; at < row; at += size {
			now, before := out[at:], out[at-samples*size:]
			switch size {
			case 1:
				now[0] += before[0]
			case 2:
				r.order.PutUint16(now, r.order.Uint16(now)+r.order.Uint16(before))
			case 4:
				r.order.PutUint32(now, r.order.Uint32(now)+r.order.Uint32(before))
			case 8:
				r.order.PutUint64(now, r.order.Uint64(now)+r.order.Uint64(before))
			}
		}
	}
	return in.context.Err()
}

// joinBytes puts numbers together whose first bytes were stored first.
func (r *tiffRaster) joinBytes(row []byte, samples int) {
	for i := samples; i < len(row); i++ {
		row[i] += row[i-samples]
	}
	apart, size := slices.Clone(row), r.bits/8
	count := len(row) / size
	for i := range count {
		for b := range size {
			to := b
			if r.order.String() == "LittleEndian" {
				to = size - 1 - b
			}
			row[i*size+to] = apart[b*count+i]
		}
	}
}

// jpeg decodes a strip or tile that is a JPEG whose tables may lie in the
// directory, as libtiff does: RGB, what luma and two colours make of it, or
// channels as they are.
func (r *tiffRaster) jpeg(in input, packed []byte, samples, rows int) ([]byte, error) {
	if len(packed) < 4 || samples > 4 {
		return nil, errors.New("its JPEG is damaged")
	}
	file := jpegData{bytes: packed, eighths: 8, channels: samples}
	if len(r.tables) > 4 {
		file.bytes = slices.Concat(r.tables[:len(r.tables)-2], packed[2:])
	}
	if r.photometric == tiffYCbCr {
		file.channels = 0
	}
	head, err := file.header()
	if err != nil {
		return nil, err
	}
	if int(head.width) != r.chunkWidth || int(head.height) < rows || int(head.height) > r.chunkHeight {
		return nil, errors.New("its JPEG is of another size")
	}
	stop, release := stopNumber(in.context)
	defer release()
	out := make([]byte, int(head.width)*int(head.height)*samples)
	p := &Picture{Width: int(head.width), Height: int(head.height), Pixels: out}
	return out, file.decode(p, codes{}, stop)
}
