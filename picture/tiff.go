package picture

import (
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"slices"

	"golang.org/x/image/tiff"
)

// headerTIFF counts four channels of 8 or 16 bits; the file once more, which
// decodeTIFF may copy; and a strip or tile that x/image/tiff unpacks into memory
// that doubles as it fills.
func headerTIFF(_ *Decoder, data []byte) (header, error) {
	raster, err := readRaster(data)
	if raster.needed() || errors.Is(err, ErrUnsupported) {
		return raster.memory(), err
	}
	directory, err := readDirectory(data)
	if err != nil {
		return header{}, err
	}
	if directory.inks() {
		data = directory.inksAsAlpha(data)
	}
	perPixel := int64(8)
	if directory.inks() {
		perPixel += 4 + 3 // fromInks
	}
	h, err := headerOf(data, tiff.DecodeConfig, perPixel)
	if err != nil {
		return h, err
	}
	h.memory += int64(len(data)) + raster.unpacked()
	return h, nil
}

// unpacked returns how many bytes a strip or tile of the page takes at most,
// where x/image/tiff unpacks it.
func (r tiffRaster) unpacked() int64 {
	if r.compression == 1 {
		return 0
	}
	pixels := saturated(int64(r.chunkWidth), int64(r.chunkHeight))
	return saturated(pixels, 3*int64(r.samples*max(r.bits, 8)/8))
}

// decodeTIFF reads the first page.
func decodeTIFF(_ *Decoder, in input) (*Picture, error) {
	if raster, err := readRaster(in.data); err == nil && raster.needed() {
		return raster.read(in)
	}
	directory, err := readDirectory(in.data)
	if err != nil {
		return nil, err
	}
	if directory.inks() {
		in.data = directory.inksAsAlpha(in.data)
	}
	m, err := tiff.Decode(in.reader())
	if err != nil {
		return nil, err
	}
	if directory.inks() {
		return fromInks(m)
	}
	if m, ok := m.(*image.Paletted); ok {
		shortenPalette(m.Palette)
	}
	p := fromOwn(m)
	if directory.negativeFax() {
		p.invert()
	}
	return p, nil
}

// negativeFax tells pages that x/image/tiff shows as negatives: those in a
// code of fax machines that say to be black where bits are zero.
func (d tiffDirectory) negativeFax() bool {
	compression := d.value(tiffCompression, 1)
	return (compression == tiffGroup3 || compression == tiffGroup4) && d.value(tiffPhotometric, 0) == tiffBlackIsZero
}

func (p *Picture) invert() {
	for i, value := range p.Pixels {
		p.Pixels[i] = ^value
	}
}

// shortenPalette keeps the upper byte of 16-bit colours: writers make them of
// 8 bits, some times 256 and some times 257.
func shortenPalette(palette color.Palette) {
	for i, c := range palette {
		r, g, b, _ := c.RGBA()
		palette[i] = color.NRGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
	}
}

// Tags and values of TIFF 6.0, §8, §11 and §16.
const (
	tiffCompression = 259
	tiffPhotometric = 262
	tiffSamples     = 277
	tiffPlanes      = 284
	tiffExtra       = 338
	tiffXMPTag      = 700

	tiffGroup3      = 3
	tiffGroup4      = 4
	tiffBlackIsZero = 1

	tiffRGB       = 2
	tiffSeparated = 5
	tiffAlpha     = 2 // unassociated
)

// tiffDirectory is the first page's list of entries of 12 bytes.
type tiffDirectory struct {
	order   binary.ByteOrder
	entries [][]byte
}

func readDirectory(data []byte) (tiffDirectory, error) {
	d := tiffDirectory{order: byteOrder(data)}
	if d.order == nil {
		return d, errCut
	}
	start := uint64(d.order.Uint32(data[4:]))
	if start+2 > uint64(len(data)) {
		return d, errCut
	}
	n := int(d.order.Uint16(data[start:]))
	list := data[start+2:]
	if len(list) < 12*n {
		return d, errCut
	}
	for i := range n {
		d.entries = append(d.entries, list[12*i:12*(i+1)])
	}
	return d, nil
}

// value returns the first number of a tag, of 16 bits.
func (d tiffDirectory) value(tag, missing uint16) uint16 {
	for _, entry := range d.entries {
		if d.order.Uint16(entry) == tag {
			return d.order.Uint16(entry[8:])
		}
	}
	return missing
}

func (d tiffDirectory) inks() bool { return d.value(tiffPhotometric, 0) == tiffSeparated }

// tiffXMP returns the bytes of the XMP tag of the first page.
func tiffXMP(data []byte) []byte {
	d, err := readDirectory(data)
	if err != nil {
		return nil
	}
	for _, entry := range d.entries {
		if d.order.Uint16(entry) == tiffXMPTag {
			length, at := uint64(d.order.Uint32(entry[4:])), uint64(d.order.Uint32(entry[8:]))
			if at+length <= uint64(len(data)) {
				return data[at : at+length]
			}
		}
	}
	return nil
}

// inksAsAlpha returns the file with a directory that calls cyan, magenta,
// yellow and black red, green, blue and alpha, which x/image/tiff can read.
func (d tiffDirectory) inksAsAlpha(data []byte) []byte {
	var entries [][]byte
	for _, entry := range d.entries {
		if tag := d.order.Uint16(entry); tag != tiffPhotometric && tag != tiffExtra {
			entries = append(entries, entry)
		}
	}
	entries = append(entries, d.entry(tiffPhotometric, tiffRGB), d.entry(tiffExtra, tiffAlpha))
	slices.SortFunc(entries, func(a, b []byte) int { return int(d.order.Uint16(a)) - int(d.order.Uint16(b)) })

	file := append(slices.Clone(data), make([]byte, len(data)%2+2)...)
	start := len(file) - 2
	d.order.PutUint32(file[4:], uint32(start))
	d.order.PutUint16(file[start:], uint16(len(entries)))
	file = append(file, slices.Concat(entries...)...)
	return append(file, 0, 0, 0, 0)
}

// entry returns a directory entry of one 16-bit number.
func (d tiffDirectory) entry(tag, value uint16) []byte {
	const short = 3
	entry := make([]byte, 12)
	d.order.PutUint16(entry, tag)
	d.order.PutUint16(entry[2:], short)
	d.order.PutUint32(entry[4:], 1)
	d.order.PutUint16(entry[8:], value)
	return entry
}

// fromInks converts what inksAsAlpha gave.
func fromInks(m image.Image) (*Picture, error) {
	var inks []uint8
	switch m := m.(type) {
	case *image.NRGBA:
		inks = m.Pix
	case *image.NRGBA64:
		inks = make([]uint8, 0, len(m.Pix)/2)
		for i := 0; i < len(m.Pix); i += 2 {
			inks = append(inks, narrow(uint32(binary.BigEndian.Uint16(m.Pix[i:]))))
		}
	default:
		return nil, errors.New("inks other than cyan, magenta, yellow and black are not supported")
	}
	p := New(m.Bounds().Dx(), m.Bounds().Dy())
	for i := range p.Width * p.Height {
		c := fromCMYK(inks[4*i], inks[4*i+1], inks[4*i+2], inks[4*i+3])
		copy(p.Pixels[3*i:], c[:])
	}
	return p, nil
}
