package picture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"slices"

	"github.com/seetell/seetell/internal/sandbox"
	"github.com/seetell/seetell/third_party/libheif"
)

// hevcDecoder decodes one HEVC picture at a time, in a file that this package
// writes around it: grids, turning and cutting are its own.
var hevcDecoder = sandbox.New(libheif.Packed)

// decode decodes the tiles into the whole picture.
func (p *heicPicture) decode(h *heif, whole *Picture, in input) error {
	return decoderRun(hevcDecoder, p.little(h))(in.context, p.tileMemory(), func(s *sandbox.Instance) error {
		at := image.Point{}
		for i, tile := range p.tiles {
			data, err := h.bytes(tile)
			if err != nil {
				return err
			}
			settings := h.property(tile, "hvcC")
			if err := h.spend(len(settings)); err != nil {
				return err
			}
			if same, err := readHEVC(settings); err != nil || same != p.tile {
				return errBoxes
			}
			l := libheifCalls{s: s}
			if err := l.decode(p.file(settings, data), whole, at, p.tile.size); err != nil {
				return err
			}
			if at.X += p.tile.size.X; (i+1)%p.columns == 0 {
				at = image.Pt(0, at.Y+p.tile.size.Y)
			}
		}
		return nil
	})
}

// little tells whether each tile is little work.
func (p *heicPicture) little(h *heif) bool {
	const lengthSize = 21 // of an hvcC box: how many bytes a unit's length has, less one
	if p.tile.coded.X*p.tile.coded.Y > shortPixels {
		return false
	}
	for _, tile := range p.tiles {
		data, err := h.bytes(tile)
		settings := h.property(tile, "hvcC")
		if err != nil || len(settings) <= lengthSize || !littleHEVC(data, int(settings[lengthSize]&3)+1) {
			return false
		}
	}
	return true
}

// file returns a file of one HEVC picture and nothing else.
func (p *heicPicture) file(settings, data []byte) []byte {
	number := binary.BigEndian.AppendUint32
	ispe := number(number(make([]byte, 4), uint32(p.tile.size.X)), uint32(p.tile.size.Y))
	depth := uint8(p.tile.depth)
	pixi := []byte{0, 0, 0, 0, 3, depth, depth, depth}
	if p.tile.chroma == 0 {
		pixi = []byte{0, 0, 0, 0, 1, depth}
	}
	properties := [][]byte{makeBox("hvcC", settings), makeBox("ispe", ispe), makeBox("pixi", pixi)}
	const numbers = 11 // bytes of colours told in numbers; a profile changes nothing here
	for _, b := range p.colour {
		if len(b.body) >= numbers && prefix("nclx")(b.body) && len(properties) < 4 {
			properties = append(properties, makeBox(b.kind, b.body[:numbers]))
		}
	}
	of := []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 1, uint8(len(properties))}
	for i := range properties {
		of = append(of, uint8(i+1))
	}
	of[11] |= 0x80 // essential
	start := makeBox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic"))
	meta := func(from int) []byte {
		location := number(number([]byte{0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1}, uint32(from)), uint32(len(data)))
		return makeBox("meta", make([]byte, 4),
			makeBox("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00pict\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")),
			makeBox("pitm", []byte{0, 0, 0, 0, 0, 1}),
			makeBox("iinf", []byte{0, 0, 0, 0, 0, 1}, makeBox("infe", []byte("\x02\x00\x00\x00\x00\x01\x00\x00hvc1\x00"))),
			makeBox("iloc", location),
			makeBox("iprp", makeBox("ipco", properties...), makeBox("ipma", of)))
	}
	const boxHeader = 8
	from := len(start) + len(meta(0)) + boxHeader
	return slices.Concat(start, meta(from), makeBox("mdat", data))
}

// libheifCalls calls libheif's C functions one after another, up to the first
// that fails.
type libheifCalls struct {
	s   *sandbox.Instance
	err error
}

func (l *libheifCalls) call(name string, arguments ...uint32) (result uint32) {
	if l.err == nil {
		result, l.err = l.s.Call(name, arguments...)
	}
	return result
}

// number reads a number from the instance's memory.
func (l *libheifCalls) number(address uint32) uint32 {
	if l.err != nil {
		return 0
	}
	var b []byte
	if b, l.err = l.s.Bytes(address, 4); l.err != nil {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

// check calls a function that writes an error code to an address.
func (l *libheifCalls) check(name string, trouble uint32, arguments ...uint32) {
	l.call(name, append([]uint32{trouble}, arguments...)...)
	if code := l.number(trouble); l.err == nil && code != 0 {
		l.err = fmt.Errorf("its HEVC data is damaged (libheif's error %d)", code)
	}
}

// decode decodes a file of one tile into a place of the whole picture.
func (l *libheifCalls) decode(file []byte, whole *Picture, at, size image.Point) error {
	const rgb, interleaved, channel = 1, 10, 10
	in, err := l.s.Put(file)
	if err != nil {
		return err
	}
	trouble := l.call("malloc", 32)
	out := trouble + 16
	context := l.call("heif_context_alloc")
	l.check("heif_context_read_from_memory", trouble, context, in, uint32(len(file)), 0)
	l.check("heif_context_get_primary_image_handle", trouble, context, out)
	handle := l.number(out)
	l.check("heif_decode_image", trouble, handle, out, rgb, interleaved, 0)
	decoded := l.number(out)
	l.take(decoded, channel, out, whole, at, size)
	l.call("heif_image_release", decoded)
	l.call("heif_image_handle_release", handle)
	l.call("heif_context_free", context)
	l.call("free", trouble)
	l.call("free", in)
	return l.err
}

// take copies a decoded tile; out is room for a number.
func (l *libheifCalls) take(decoded, channel, out uint32, whole *Picture, at, size image.Point) {
	width, height := l.call("heif_image_get_width", decoded, channel), l.call("heif_image_get_height", decoded, channel)
	pixels := l.call("heif_image_get_plane_readonly", decoded, channel, out)
	stride := int(l.number(out))
	if l.err != nil {
		return
	}
	if image.Pt(int(width), int(height)) != size || stride < 3*size.X {
		l.err = errors.New("its HEVC data is of another size")
		return
	}
	var plane []byte
	if plane, l.err = l.s.Bytes(pixels, int64(stride)*int64(size.Y)); l.err == nil {
		whole.paste(plane, stride, at, size)
	}
}

// paste copies what fits of a tile to a place of the picture.
func (p *Picture) paste(tile []uint8, stride int, at, size image.Point) {
	columns := min(size.X, p.Width-at.X)
	for y := range min(size.Y, p.Height-at.Y) {
		copy(p.Pixels[((at.Y+y)*p.Width+at.X)*3:][:columns*3], tile[y*stride:])
	}
}
