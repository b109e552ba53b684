package picture

import (
	"errors"
	"fmt"
	"image"

	"github.com/seetell/seetell/third_party/libheif"
)

// heicPicture is a picture of HEVC tiles, or of one.
type heicPicture struct {
	size    image.Point
	tile    hevcPicture
	tiles   []*heifItem // in row order
	columns int
	colour  []box // colr properties
}

// headerHEIC counts RGB, of transparency and of what is cut out too, and a tile
// while it is decoded.
func headerHEIC(_ *Decoder, data []byte) (header, error) {
	if len(libheif.Packed) == 0 {
		return header{}, unsupported("HEIC")
	}
	h, err := readHEIF(data)
	if err != nil {
		return header{}, err
	}
	p, err := h.heic(h.items[h.primary])
	if err != nil {
		return header{}, err
	}
	memory := p.tileMemory()
	if alpha := h.alpha(); alpha != nil {
		a, err := h.heic(alpha)
		if err != nil {
			return header{}, err
		}
		memory += a.tileMemory() + saturated(int64(a.size.X), 3*int64(a.size.Y))
	}
	part, err := h.clean(h.items[h.primary], p.size)
	head := sized(p.size.X, p.size.Y, 3)
	head.out = part.Size()
	head.memory += memory + saturated(int64(len(data)), 2)
	if head.out != p.size {
		head.memory += saturated(int64(head.out.X), 3*int64(head.out.Y))
	}
	return head, err
}

// heic reads what an item is put together of.
func (h *heif) heic(item *heifItem) (p heicPicture, err error) {
	p.tiles, p.columns, p.size = []*heifItem{item}, 1, h.size(item)
	if item.kind == "grid" {
		if err := h.grid(item, &p); err != nil {
			return p, err
		}
	}
	first := p.tiles[0]
	if first.kind != "hvc1" {
		return p, as(ErrUnsupported, fmt.Errorf("pictures of %q in it are not read", first.kind))
	}
	if p.tile, err = readHEVC(h.property(first, "hvcC")); err != nil {
		return p, err
	}
	if p.colour = h.of(item, "colr"); len(p.colour) == 0 {
		p.colour = h.of(first, "colr")
	}
	if item.kind != "grid" && p.size != p.tile.size {
		return p, errBoxes
	}
	return p, p.fits()
}

// grid reads rows and columns of tiles (§6.6.2.3 of 23008-12).
func (h *heif) grid(item *heifItem, p *heicPicture) error {
	body, err := h.bytes(item)
	if err != nil {
		return err
	}
	f := fields{rest: body}
	f.number(1)
	wide := f.number(1)&1 == 1
	rows := int(f.number(1)) + 1
	p.columns = int(f.number(1)) + 1
	p.size = image.Pt(int(f.number(wideOr2(wide))), int(f.number(wideOr2(wide))))
	names := h.referred(item.id, "dimg")
	if f.short || len(names) != rows*p.columns {
		return errBoxes
	}
	p.tiles = p.tiles[:0]
	for _, id := range names {
		tile := h.items[id]
		if tile == nil || len(p.tiles) > 0 && tile.kind != p.tiles[0].kind {
			return errBoxes
		}
		p.tiles = append(p.tiles, tile)
	}
	return nil
}

// fits tells whether the tiles cover the picture, each with a part of it, so
// that decoding costs what the picture's size says.
func (p *heicPicture) fits() error {
	rows, tile := len(p.tiles)/p.columns, p.tile.size
	covered := p.size.X > (p.columns-1)*tile.X && p.size.X <= p.columns*tile.X &&
		p.size.Y > (rows-1)*tile.Y && p.size.Y <= rows*tile.Y
	if !covered || p.tile.coded.X > tile.X+64 || p.tile.coded.Y > tile.Y+64 {
		return errBoxes
	}
	return nil
}

// tileMemory is what the decoder takes for a tile: pictures of its blocks, what
// it knows of each block, and the tile in RGB.
func (p *heicPicture) tileMemory() int64 {
	const begins, own, perPixel = 64 << 20, 16 << 20, 16
	blocks := p.tile.coded.Add(image.Pt(64, 64))
	deep := int64((p.tile.depth + 7) / 8)
	return max(begins, own+saturated(saturated(int64(blocks.X), int64(blocks.Y)), perPixel*deep))
}

// decodeHEIC decodes the primary picture over white.
func decodeHEIC(_ *Decoder, in input) (*Picture, error) {
	h, err := readHEIF(in.data)
	if err != nil {
		return nil, err
	}
	rgb, err := h.decode(h.items[h.primary], in)
	if err != nil {
		return nil, err
	}
	if item := h.alpha(); item != nil {
		alpha, err := h.decode(item, in)
		if err != nil {
			return nil, err
		}
		if alpha.Width != rgb.Width || alpha.Height != rgb.Height {
			return nil, errors.New("its transparency is of another size")
		}
		rgb.blend(alpha, len(h.referred(h.primary, "prem")) > 0)
	}
	return rgb, nil
}

// blend puts the picture over white, by alpha's red, which its own colours may
// have been multiplied by.
func (p *Picture) blend(alpha *Picture, premultiplied bool) {
	for i, value := range p.Pixels {
		opaque := alpha.Pixels[i/3*3]
		if premultiplied {
			p.Pixels[i] = uint8(min(int(value)+255-int(opaque), 255))
		} else {
			p.Pixels[i] = overWhite(value, opaque)
		}
	}
}

// decode decodes an item's picture and cuts out what is to be seen.
func (h *heif) decode(item *heifItem, in input) (*Picture, error) {
	p, err := h.heic(item)
	if err != nil {
		return nil, err
	}
	part, err := h.clean(item, p.size)
	if err != nil {
		return nil, err
	}
	whole := New(p.size.X, p.size.Y)
	if err := p.decode(h, whole, in); err != nil {
		return nil, err
	}
	return whole.cut(part), nil
}
