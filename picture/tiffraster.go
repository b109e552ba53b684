package picture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Tags that raster reads besides tiff.go's, and their values.
const (
	tiffWidth        = 256
	tiffHeight       = 257
	tiffBits         = 258
	tiffStrips       = 273
	tiffRowsPerStrip = 278
	tiffStripBytes   = 279
	tiffPredictor    = 317
	tiffTileWidth    = 322
	tiffTileHeight   = 323
	tiffTiles        = 324
	tiffTileBytes    = 325
	tiffSampleFormat = 339
	tiffJPEGTables   = 347

	tiffSigned = 2
	tiffFloat  = 3
)

// tiffRaster is a page of the kinds that x/image/tiff does not read: BigTIFF,
// JPEG within, Zstandard, channels apart or spare, and numbers that are wide,
// signed or no integers.
type tiffRaster struct {
	order                   binary.ByteOrder
	data                    []byte
	width, height           int
	samples, bits           int
	format, photometric     uint64
	compression, predictor  uint64
	apart                   bool // channels
	chunkWidth, chunkHeight int
	offsets, lengths        []uint64
	tables                  []byte // of JPEG
	alpha, premultiplied    bool
}

// readRaster reads the first page's directory.
func readRaster(data []byte) (r tiffRaster, err error) {
	tags, order, err := tiffTags(data)
	if err != nil {
		return r, err
	}
	first := func(tag uint16, missing uint64) uint64 {
		if numbers := tags[tag].numbers; len(numbers) > 0 {
			return numbers[0]
		}
		return missing
	}
	const most = 1 << 30
	width, height := first(tiffWidth, 0), first(tiffHeight, 0)
	samples, bits := first(tiffSamples, 1), first(tiffBits, 1)
	if width == 0 || height == 0 || max(width, height) > most || samples == 0 || samples > 16 || bits > 64 {
		return r, errors.New("its directory makes no sense")
	}
	for _, other := range tags[tiffBits].numbers {
		if other != bits {
			return r, as(ErrUnsupported, errors.New("channels of different depths are not supported"))
		}
	}
	r = tiffRaster{order: order, data: data, width: int(width), height: int(height), samples: int(samples), bits: int(bits),
		format: first(tiffSampleFormat, 1), photometric: first(tiffPhotometric, 1), compression: first(tiffCompression, 1),
		predictor: first(tiffPredictor, 1), apart: first(tiffPlanes, 1) == 2 && samples > 1, tables: tags[tiffJPEGTables].bytes,
		chunkWidth: int(width), chunkHeight: int(min(first(tiffRowsPerStrip, height), height)),
		offsets: tags[tiffStrips].numbers, lengths: tags[tiffStripBytes].numbers}
	if tiles := tags[tiffTiles].numbers; tiles != nil {
		r.offsets, r.lengths = tiles, tags[tiffTileBytes].numbers
		r.chunkWidth, r.chunkHeight = int(min(first(tiffTileWidth, 0), most)), int(min(first(tiffTileHeight, 0), most))
	}
	if extra := tags[tiffExtra].numbers; len(extra) > 0 {
		r.alpha, r.premultiplied = extra[0] == 1 || extra[0] == 2, extra[0] == 1
	}
	return r, r.check()
}

// needed tells a page that x/image/tiff does not read, or not as Pillow does.
func (r *tiffRaster) needed() bool {
	colours := r.colours()
	spare := r.samples > colours && (colours == 1 || colours == 3 && (r.samples > 4 || !r.alpha)) && r.compression != 0
	return bigOrder(r.data) != nil || r.apart || spare || r.bits > 16 || r.format > 1 && r.format <= tiffFloat || r.predictor == 3 ||
		r.compression == tiffJPEG || r.compression == tiffZstandard
}

// colours returns how many channels make the colour.
func (r *tiffRaster) colours() int {
	switch r.photometric {
	case tiffRGB, 6:
		return 3
	case tiffSeparated:
		return 4
	}
	return 1
}

// check refuses what read does not read, by name, and what makes no sense.
func (r *tiffRaster) check() error {
	unread := func(format string, arguments ...any) error {
		return as(ErrUnsupported, fmt.Errorf(format+" not supported", arguments...))
	}
	names := map[uint64]string{2: "CCITT RLE", 6: "old JPEG", 34661: "JBIG", 34712: "JPEG 2000", 34887: "LERC", 34925: "LZMA", 50001: "WebP", 50002: "JPEG XL"}
	switch {
	case names[r.compression] != "":
		return unread("compression by %s is", names[r.compression])
	case !r.needed():
		return nil
	case r.photometric == 3 || r.photometric > 6 || r.photometric == 6 && r.compression != tiffJPEG:
		return unread("colours of kind %d of this file are", r.photometric)
	case r.bits != 1 && r.bits != 8 && r.bits != 16 && r.bits != 32 && r.bits != 64 || r.bits == 1 && r.samples > 1:
		return unread("%d channels of %d bits are", r.samples, r.bits)
	case r.format == tiffFloat && r.bits < 32 || r.format > tiffFloat || r.bits == 64 && r.format != tiffFloat:
		return unread("numbers of kind %d and %d bits are", r.format, r.bits)
	case r.compression == tiffJPEG && r.bits != 8:
		return unread("JPEG of %d bits is", r.bits)
	}
	if r.samples < r.colours() || r.chunkWidth <= 0 || r.chunkHeight <= 0 || len(r.offsets) != len(r.lengths) {
		return errors.New("its directory makes no sense")
	}
	across, down := r.chunks()
	planes := 1
	if r.apart {
		planes = r.samples
	}
	if len(r.offsets) < across*down*planes {
		return errCut
	}
	if int64(r.chunkWidth) > 2*int64(r.width)+1024 || int64(r.chunkHeight) > 2*int64(r.height)+1024 {
		return errors.New("its tiles are larger than the picture")
	}
	return nil
}

func (r *tiffRaster) chunks() (across, down int) {
	return (r.width + r.chunkWidth - 1) / r.chunkWidth, (r.height + r.chunkHeight - 1) / r.chunkHeight
}

// memory counts numbers as they are, RGB, and a strip or tile twice.
func (r *tiffRaster) memory() header {
	h := sized(r.width, r.height, 3+int64(r.samples)*int64((r.bits+7)/8))
	chunk := saturated(int64(r.chunkWidth), int64(r.chunkHeight))
	h.memory += saturated(chunk, 2*int64(r.samples)*int64((r.bits+7)/8)+4)
	return h
}

// read reads all strips or tiles and makes RGB of them.
func (r *tiffRaster) read(in input) (*Picture, error) {
	bytes := (r.bits + 7) / 8
	all := make([]byte, r.width*r.height*r.samples*bytes)
	across, down := r.chunks()
	planes, samples := 1, r.samples
	if r.apart {
		planes, samples = r.samples, 1
	}
	for plane := range planes {
		for i := range across * down {
			if err := in.context.Err(); err != nil {
				return nil, err
			}
			x, y := i%across*r.chunkWidth, i/across*r.chunkHeight
			chunk, err := r.chunk(in, plane*across*down+i, samples, min(r.chunkHeight, r.height-y))
			if err != nil {
				return nil, err
			}
			r.place(all, chunk, x, y, plane, samples)
		}
	}
	return r.rgb(all), nil
}

// place copies a strip or tile's numbers to where the picture has them.
func (r *tiffRaster) place(all, chunk []byte, x, y, plane, samples int) {
	bytes := (r.bits + 7) / 8
	columns := min(r.chunkWidth, r.width-x)
	for row := range min(r.chunkHeight, r.height-y) {
		from := chunk[row*r.chunkWidth*samples*bytes:]
		to := all[((y+row)*r.width+x)*r.samples*bytes:]
		if samples == r.samples {
			copy(to[:columns*samples*bytes], from)
			continue
		}
		for column := range columns {
			copy(to[(column*r.samples+plane)*bytes:][:bytes], from[column*bytes:])
		}
	}
}

// rgb converts all numbers.
func (r *tiffRaster) rgb(all []byte) *Picture {
	p, size := New(r.width, r.height), (r.bits+7)/8
	step := r.samples * size
	narrow := r.narrower(all)
	colours, alpha := r.colours(), r.alpha && r.samples > r.colours()
	for i := range r.width * r.height {
		var v [5]uint8
		for c := range min(colours+1, r.samples) {
			v[c] = narrow(all[i*step+c*size:])
		}
		out := p.Pixels[3*i:][:3]
		switch {
		case colours == 4:
			c := fromCMYK(v[0], v[1], v[2], v[3])
			copy(out, c[:])
			continue
		case colours == 3:
			copy(out, v[:3])
		case r.photometric == 0:
			out[0], out[1], out[2] = ^v[0], ^v[0], ^v[0]
		default:
			out[0], out[1], out[2] = v[0], v[0], v[0]
		}
		if alpha {
			for c := range out {
				if r.premultiplied {
					out[c] = uint8(min(int(out[c])+255-int(v[colours]), 255))
				} else {
					out[c] = overWhite(out[c], v[colours])
				}
			}
		}
	}
	return p
}

// narrower returns what makes 8 bits of a number: of 8 or 16 bits by their
// value, of all others by where they lie between the picture's smallest and
// largest.
func (r *tiffRaster) narrower(all []byte) func([]byte) uint8 {
	if r.format == 1 || r.format == 0 || r.format == 4 {
		switch r.bits {
		case 1, 8:
			return func(b []byte) uint8 { return b[0] }
		case 16:
			return func(b []byte) uint8 { return narrow(uint32(r.order.Uint16(b))) }
		}
	}
	low, high := math.Inf(1), math.Inf(-1)
	for at := 0; at < len(all); at += r.bits / 8 {
		if v := r.number(all[at:]); !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high = min(low, v), max(high, v)
		}
	}
	scale := 0.0
	if high > low {
		scale = 255 / (high - low)
	}
	return func(b []byte) uint8 {
		v := r.number(b)
		if math.IsNaN(v) || scale == 0 {
			return 0
		}
		return uint8(min(max((v-low)*scale, 0), 255) + .5)
	}
}

// number reads a number of any kind.
func (r *tiffRaster) number(b []byte) float64 {
	switch {
	case r.format == tiffFloat && r.bits == 64:
		return math.Float64frombits(r.order.Uint64(b))
	case r.format == tiffFloat:
		return float64(math.Float32frombits(r.order.Uint32(b)))
	case r.bits == 8:
		return float64(int8(b[0]))
	case r.bits == 16:
		return float64(int16(r.order.Uint16(b)))
	case r.format == tiffSigned:
		return float64(int32(r.order.Uint32(b)))
	}
	return float64(r.order.Uint32(b))
}
