package picture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"

	"github.com/seetell/seetell/internal/sandbox"
	"github.com/seetell/seetell/third_party/libavif"
)

// avifDecoder decodes whole files, grids and transparency within, and leaves
// pictures as they are stored.
var avifDecoder = sandbox.New(libavif.Packed)

// avifPicture is what a file's primary picture is.
type avifPicture struct {
	size image.Point
	deep bool // more than 8 bits
	few  bool // frames: one an item
}

func readAVIF(data []byte) (p avifPicture, err error) {
	h, err := readHEIF(data)
	if err != nil {
		return p, err
	}
	item := h.items[h.primary]
	p.size = h.size(item)
	if item.kind == "grid" {
		tiles := h.referred(item.id, "dimg")
		if len(tiles) == 0 || h.items[tiles[0]] == nil {
			return p, errBoxes
		}
		if item = h.items[tiles[0]]; p.size.X < h.size(item).X || p.size.Y < h.size(item).Y {
			return p, errBoxes
		}
	}
	if item.kind != "av01" {
		return p, as(ErrUnsupported, fmt.Errorf("pictures of %q in it are not read", item.kind))
	}
	settings := h.property(item, "av1C")
	if len(settings) < 4 || p.size.X <= 0 || p.size.Y <= 0 {
		return p, errBoxes
	}
	p.deep = settings[2]&0x40 != 0
	p.few = true
	for _, item := range h.items {
		if err := h.whole(item); err != nil {
			return p, err
		}
		if item.kind == "av01" {
			data, err := h.bytes(item)
			p.few = p.few && err == nil && littleAV1(data)
		}
	}
	return p, nil
}

// memory is what the decoder takes: the file, pictures of AV1's blocks, to
// which later ones may refer, and RGB with transparency, twice.
func (p avifPicture) memory(file int) int64 {
	const own, perPixel = 16 << 20, 22
	deep := int64(1)
	if p.deep {
		deep = 2
	}
	blocks := p.size.Add(image.Pt(320, 320)) // with their borders
	return own + 2*int64(file) + saturated(saturated(int64(blocks.X), int64(blocks.Y)), perPixel*deep)
}

func headerAVIF(_ *Decoder, data []byte) (header, error) {
	p, err := readAVIF(data)
	head := sized(p.size.X, p.size.Y, 3)
	head.memory += p.memory(len(data))
	return head, err
}

// decodeAVIF decodes the primary picture over white. As Pillow does, it shows
// what a clean aperture would cut off.
func decodeAVIF(_ *Decoder, in input) (out *Picture, err error) {
	p, err := readAVIF(in.data)
	if err != nil {
		return nil, err
	}
	little := p.few && p.size.X*p.size.Y <= shortPixels
	err = decoderRun(avifDecoder, little)(in.context, p.memory(len(in.data)), func(s *sandbox.Instance) error {
		out, err = p.decode(s, in.data)
		return err
	})
	return out, err
}

// decode calls the module's decode, whose answers about the size, 4 numbers,
// must be those of the boxes.
func (p avifPicture) decode(s *sandbox.Instance, data []byte) (*Picture, error) {
	length := int64(p.size.X) * int64(p.size.Y) * 4
	if p.deep {
		length *= 2
	}
	in, err := s.Put(data)
	if err != nil {
		return nil, err
	}
	numbers, err := s.Room(4*4 + 8)
	if err != nil {
		return nil, err
	}
	call := func(headerAlone, out uint32) error {
		good, err := s.Call("decode", in, uint32(len(data)), headerAlone, 0, numbers, numbers+4, numbers+8, numbers+12, numbers+16, out)
		if err == nil && good == 0 {
			err = errors.New("its AV1 data is damaged")
		}
		return err
	}
	if err := call(1, 0); err != nil {
		return nil, err
	}
	answer, err := s.Bytes(numbers, 3*4)
	if err != nil {
		return nil, err
	}
	number := func(i int) int { return int(binary.LittleEndian.Uint32(answer[4*i:])) }
	if image.Pt(number(0), number(1)) != p.size || (number(2) > 8) != p.deep {
		return nil, errBoxes
	}
	out, err := s.Room(length)
	if err != nil {
		return nil, err
	}
	if err := call(0, out); err != nil {
		return nil, err
	}
	pixels, err := s.Bytes(out, length)
	if err != nil {
		return nil, err
	}
	return p.overWhite(pixels), nil
}

// overWhite takes RGB that transparency has been multiplied into.
func (p avifPicture) overWhite(pixels []byte) *Picture {
	out := New(p.size.X, p.size.Y)
	if !p.deep {
		out.fromRGBA(&image.RGBA{Pix: pixels, Stride: 4 * p.size.X})
		return out
	}
	for i := range out.Pixels {
		pixel := pixels[i/3*8:]
		value, alpha := binary.LittleEndian.Uint16(pixel[i%3*2:]), binary.LittleEndian.Uint16(pixel[6:])
		out.Pixels[i] = narrow(min(uint32(value)+0xffff-uint32(alpha), 0xffff))
	}
	return out
}
