package picture

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// tiffRaster is a page: its strips or tiles, and what the numbers in them are.
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
	palette                 []uint64
	alpha, premultiplied    bool
	reversed                bool // bits within bytes
	faxOptions              uint64
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
		offsets: tags[tiffStrips].numbers, lengths: tags[tiffStripBytes].numbers, palette: tags[tiffColourMap].numbers,
		reversed: first(tiffFillOrder, 1) == 2, faxOptions: first(tiffFaxOptions, 0)}
	if tiles := tags[tiffTiles].numbers; tiles != nil {
		r.offsets, r.lengths = tiles, tags[tiffTileBytes].numbers
		r.chunkWidth, r.chunkHeight = int(min(first(tiffTileWidth, 0), most)), int(min(first(tiffTileHeight, 0), most))
	}
	if extra := tags[tiffExtra].numbers; len(extra) > 0 {
		r.alpha, r.premultiplied = extra[0] == 1 || extra[0] == 2, extra[0] == 1
	}
	return r, r.check()
}

// colours returns how many channels make the colour.
func (r *tiffRaster) colours() int {
	switch r.photometric {
	case tiffRGB, tiffYCbCr:
		return 3
	case tiffSeparated:
		return 4
	}
	return 1
}

// Names of what is not read, for people.
var (
	unreadCompressions = map[uint64]string{6: "old JPEG", 32771: "CCITT RLE in words", 34661: "JBIG", 34712: "JPEG 2000", 34887: "LERC", 50001: "WebP", 50002: "JPEG XL"}
	unreadColours      = map[uint64]string{4: "a mask", tiffYCbCr: "YCbCr without JPEG", 8: "CIE L*a*b*", 9: "ICC L*a*b*", 10: "ITU L*a*b*", 32803: "a camera's raw sensor", 32844: "LogL", 32845: "LogLuv", 34892: "linear raw"}
)

func tiffUnread(format string, arguments ...any) error {
	return as(ErrUnsupported, fmt.Errorf(format+" not supported", arguments...))
}

// check refuses what read does not read, by name, and what makes no sense.
func (r *tiffRaster) check() error {
	if err := r.checkKinds(); err != nil {
		return err
	}
	if r.samples < r.colours() || r.chunkWidth <= 0 || r.chunkHeight <= 0 {
		return errors.New("its directory makes no sense")
	}
	if r.photometric == tiffPalette && (r.bits > 8 || len(r.palette) < 3<<r.bits) {
		return errors.New("its palette makes no sense")
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

func (r *tiffRaster) checkKinds() error {
	name := unreadCompressions[r.compression]
	colours := unreadColours[r.photometric]
	whole, jpeg := r.format != tiffFloat, r.compression == tiffJPEG
	switch {
	case name != "":
		return tiffUnread("compression by %s is", name)
	case colours != "" && (r.photometric != tiffYCbCr || !jpeg || r.samples != 3 || r.apart):
		return tiffUnread("colours of %s are", colours)
	case r.photometric > tiffYCbCr:
		return tiffUnread("colours of kind %d of this file are", r.photometric)
	case r.bits == 0 || r.bits > 16 && r.bits != 32 && r.bits != 64:
		return tiffUnread("%d channels of %d bits are", r.samples, r.bits)
	case r.format > 4 || !whole && r.bits != 16 && r.bits != 32 && r.bits != 64 || r.format == tiffSigned && r.bits%8 != 0:
		return tiffUnread("numbers of kind %d and %d bits are", r.format, r.bits)
	case jpeg && r.bits != 8:
		return tiffUnread("JPEG of %d bits is", r.bits)
	case r.fax() && (r.bits != 1 || r.samples != 1):
		return errors.New("its directory makes no sense")
	}
	return nil
}

// size is how many bytes a number takes.
func (r *tiffRaster) size() int { return (r.bits + 7) / 8 }

func (r *tiffRaster) chunks() (across, down int) {
	return (r.width + r.chunkWidth - 1) / r.chunkWidth, (r.height + r.chunkHeight - 1) / r.chunkHeight
}

// memory counts numbers as they are, RGB, a strip or tile twice, what unpacking
// it needs, and its bytes with their bits turned round.
func (r *tiffRaster) memory() header {
	h := sized(r.width, r.height, 3+int64(r.samples)*int64(r.size()))
	chunk := saturated(int64(r.chunkWidth), int64(r.chunkHeight))
	h.memory += saturated(chunk, 3*int64(r.samples)*int64(r.size())+4)
	if r.reversed {
		h.memory += int64(len(r.data))
	}
	if r.compression == tiffZstandard {
		h.memory += 2 * zstandardWindow
	}
	return h
}

// read reads all strips or tiles and makes RGB of them.
func (r *tiffRaster) read(in input) (*Picture, error) {
	all := make([]byte, r.width*r.height*r.samples*r.size())
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
	return in.apart(func() (*Picture, error) { return r.rgb(all), nil })
}

// place copies a strip or tile's numbers to where the picture has them.
func (r *tiffRaster) place(all, chunk []byte, x, y, plane, samples int) {
	bytes := r.size()
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
