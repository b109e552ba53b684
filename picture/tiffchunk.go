package picture

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/image/ccitt"
	"golang.org/x/image/tiff/lzw"
)

// Compressions that chunk reads.
const (
	tiffPlain      = 1
	tiffLZW        = 5
	tiffJPEG       = 7
	tiffDeflate    = 8
	tiffOldDeflate = 32946
	tiffPackBits   = 32773
	tiffZstandard  = 50000
)

// chunk returns a strip or tile's numbers: rows of it at least, each of
// chunkWidth*samples.
func (r *tiffRaster) chunk(in input, i, samples, rows int) ([]byte, error) {
	from, length := r.offsets[i], r.lengths[i]
	if from > uint64(len(r.data)) || length > uint64(len(r.data))-from {
		return nil, errCut
	}
	packed := r.data[from : from+length]
	size := r.chunkWidth * rows * samples * ((r.bits + 7) / 8)
	if r.compression == tiffJPEG {
		return r.jpeg(in, packed, samples, rows)
	}
	if r.bits == 1 {
		return r.blackWhite(packed, rows)
	}
	reader, err := r.unpacker(packed)
	if err != nil {
		return nil, err
	}
	out := make([]byte, size)
	if _, err := io.ReadFull(reader, out); err != nil {
		return nil, errCut
	}
	return out, r.unpredict(out, samples)
}

func (r *tiffRaster) unpacker(packed []byte) (io.Reader, error) {
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
	case tiffZstandard:
		const window = 8 << 20
		return zstd.NewReader(plain, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window))
	}
	return nil, as(ErrUnsupported, fmt.Errorf("compression %d is not supported", r.compression))
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

// blackWhite returns a byte for each bit, 255 for one of 1. Codes of fax
// machines call white 0.
func (r *tiffRaster) blackWhite(packed []byte, rows int) ([]byte, error) {
	out := make([]byte, r.chunkWidth*rows)
	rowBytes := (r.chunkWidth + 7) / 8
	var reader io.Reader
	switch r.compression {
	case tiffGroup3, tiffGroup4:
		format := ccitt.Group3
		if r.compression == tiffGroup4 {
			format = ccitt.Group4
		}
		reader = ccitt.NewReader(bytes.NewReader(packed), ccitt.MSB, format, r.chunkWidth, rows, &ccitt.Options{Invert: true})
	default:
		var err error
		if reader, err = r.unpacker(packed); err != nil {
			return nil, err
		}
	}
	row := make([]byte, rowBytes)
	for y := range rows {
		if _, err := io.ReadFull(reader, row); err != nil {
			return nil, errCut
		}
		for x := range r.chunkWidth {
			if row[x/8]>>(7-x%8)&1 == 1 {
				out[y*r.chunkWidth+x] = 255
			}
		}
	}
	return out, nil
}

// unpredict adds up what was stored as differences (TIFF 6.0, §14, and Adobe's
// technical note 3 for numbers with a point).
func (r *tiffRaster) unpredict(out []byte, samples int) error {
	const differences, ofBytes = 2, 3
	size := r.bits / 8
	row := r.chunkWidth * samples * size
	switch {
	case r.predictor == 1:
		return nil
	case r.predictor == ofBytes && r.format == tiffFloat:
		for ; len(out) >= row; out = out[row:] {
			r.joinBytes(out[:row], samples)
		}
		return nil
	case r.predictor != differences || size > 4:
		return as(ErrUnsupported, fmt.Errorf("predictor %d is not supported", r.predictor))
	}
	for ; len(out) >= row; out = out[row:] {
		for at := samples * size; at < row; at += size {
			now, before := out[at:], out[at-samples*size:]
			switch size {
			case 1:
				now[0] += before[0]
			case 2:
				r.order.PutUint16(now, r.order.Uint16(now)+r.order.Uint16(before))
			case 4:
				r.order.PutUint32(now, r.order.Uint32(now)+r.order.Uint32(before))
			}
		}
	}
	return nil
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
// directory, as libtiff does: RGB, or what luma and two colours make of it.
func (r *tiffRaster) jpeg(in input, packed []byte, samples, rows int) ([]byte, error) {
	if len(packed) < 4 || samples != 1 && samples != 3 {
		return nil, errors.New("its JPEG is damaged")
	}
	file := packed
	if len(r.tables) > 4 {
		file = slices.Concat(r.tables[:len(r.tables)-2], packed[2:])
	}
	if samples == 3 && r.photometric == tiffRGB { // a marker of Adobe's says so
		adobe := "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
		file = slices.Concat(file[:2], []byte(adobe), file[2:])
	}
	head, err := jpegData{file, 8}.header()
	if err != nil {
		return nil, err
	}
	if int(head.width) != r.chunkWidth || int(head.height) < rows || int(head.height) > r.chunkHeight {
		return nil, errors.New("its JPEG is of another size")
	}
	stop, release := stopNumber(in.context)
	defer release()
	p := New(int(head.width), int(head.height))
	if err := (jpegData{file, 8}).decode(p, codes{}, stop); err != nil || samples == 3 {
		return p.Pixels, err
	}
	grey := make([]byte, r.chunkWidth*int(head.height))
	for i := range grey {
		grey[i] = p.Pixels[3*i]
	}
	return grey, nil
}
