// Package picture turns the bytes of one picture file into RGB pixels: it
// decodes, applies the EXIF orientation and resizes, with Pillow's numbers.
//
// It is the one door through which pictures enter, in training and in use, so
// that a model sees the same pixels in both. All functions may be called from
// many goroutines at once.
package picture

import (
	"encoding/binary"
	"image"
	"image/color"
)

// Picture is an RGB picture of 8 bits a channel.
type Picture struct {
	Width, Height int
	// Pixels holds Height rows of Width*3 bytes: red, green, blue.
	Pixels []uint8
}

// mostPixels is more than any picture has that is meant.
const mostPixels = 1 << 32

// possible tells whether a picture can have such sides.
func possible(width, height int) bool {
	return width >= 1 && height >= 1 && width <= mostPixels && height <= mostPixels/width
}

// whole tells whether the picture holds the pixels that it states.
func (p *Picture) whole() bool {
	return p != nil && possible(p.Width, p.Height) && len(p.Pixels) >= p.Width*p.Height*3
}

// New returns a black picture; an empty one where no picture has such sides.
func New(width, height int) *Picture {
	if !possible(width, height) {
		return new(Picture)
	}
	return &Picture{Width: width, Height: height, Pixels: make([]uint8, width*height*3)}
}

// Bounds returns the rectangle of the whole picture.
func (p *Picture) Bounds() image.Rectangle {
	if p == nil {
		return image.Rectangle{}
	}
	return image.Rect(0, 0, p.Width, p.Height)
}

// Image returns the picture as an image.Image with pixels of its own.
func (p *Picture) Image() image.Image {
	if !p.whole() {
		return new(image.NRGBA)
	}
	m := image.NewNRGBA(image.Rect(0, 0, p.Width, p.Height))
	for i, j := 0, 0; i < p.Width*p.Height*3; i, j = i+3, j+4 {
		m.Pix[j], m.Pix[j+1], m.Pix[j+2], m.Pix[j+3] = p.Pixels[i], p.Pixels[i+1], p.Pixels[i+2], 255
	}
	return m
}

// FromImage returns m as RGB: alpha over white, 16 bits a channel as value/257
// rounded; of no image, and of one without end, an empty picture. An image must
// hold the pixels that it states.
func FromImage(m image.Image) *Picture {
	if m == nil {
		return new(Picture)
	}
	p := New(m.Bounds().Dx(), m.Bounds().Dy())
	if p.whole() {
		p.from(m)
	}
	return p
}

// fromOwn is FromImage of an image that nobody else holds. The pixels are
// written over its own where those take as much room: a pixel is read before
// anything is written behind it.
func fromOwn(m image.Image) *Picture {
	var own []uint8
	switch m := m.(type) {
	case *image.NRGBA:
		own = m.Pix
	case *image.RGBA:
		own = m.Pix
	case *image.NRGBA64:
		own = m.Pix
	case *image.RGBA64:
		own = m.Pix
	}
	width, height := m.Bounds().Dx(), m.Bounds().Dy()
	n := width * height * 3
	if len(own) < n {
		return FromImage(m)
	}
	p := &Picture{Width: width, Height: height, Pixels: own[:n:n]}
	p.from(m)
	return p
}

func (p *Picture) from(m image.Image) {
	switch m := m.(type) {
	case *image.NRGBA:
		p.fromNRGBA(m)
	case *image.RGBA:
		p.fromRGBA(m)
	case *image.Gray:
		p.fromGray(m)
	case *image.Paletted:
		p.fromPaletted(m)
	case *image.NRGBA64:
		p.from64(m.Pix, m.Stride, false)
	case *image.RGBA64:
		p.from64(m.Pix, m.Stride, true)
	case *image.YCbCr:
		p.fromYCbCr(m)
	default:
		p.fromAny(m)
	}
}

func (p *Picture) fromNRGBA(m *image.NRGBA) {
	out := p.Pixels
	for y := range p.Height {
		row := m.Pix[y*m.Stride:][:p.Width*4]
		for x := 0; x < len(row); x += 4 {
			alpha := row[x+3]
			out[0], out[1], out[2] = overWhite(row[x], alpha), overWhite(row[x+1], alpha), overWhite(row[x+2], alpha)
			out = out[3:]
		}
	}
}

// overWhite blends one channel over white, rounded to the nearest.
func overWhite(value, alpha uint8) uint8 {
	if alpha == 255 {
		return value
	}
	return uint8((uint32(value)*uint32(alpha) + 255*(255-uint32(alpha)) + 127) / 255)
}

// fromRGBA reads premultiplied pixels, to which white shining through is added.
func (p *Picture) fromRGBA(m *image.RGBA) {
	out := p.Pixels
	for y := range p.Height {
		row := m.Pix[y*m.Stride:][:p.Width*4]
		for x := 0; x < len(row); x += 4 {
			white := 255 - uint32(row[x+3])
			for c := range 3 {
				out[c] = uint8(min(uint32(row[x+c])+white, 255))
			}
			out = out[3:]
		}
	}
}

// from64 reads pixels of four channels of 16 bits, premultiplied or not.
func (p *Picture) from64(pixels []uint8, stride int, premultiplied bool) {
	out := p.Pixels
	for y := range p.Height {
		row := pixels[y*stride:][:p.Width*8]
		for ; len(row) > 0; row = row[8:] {
			alpha := binary.BigEndian.Uint16(row[6:])
			for c := range 3 {
				value := binary.BigEndian.Uint16(row[2*c:])
				if premultiplied {
					out[c] = narrow(uint32(value) + 0xffff - uint32(alpha))
				} else {
					out[c] = overWhite16(value, alpha)
				}
			}
			out = out[3:]
		}
	}
}

func (p *Picture) fromGray(m *image.Gray) {
	out := p.Pixels
	for y := range p.Height {
		for _, value := range m.Pix[y*m.Stride:][:p.Width] {
			out[0], out[1], out[2] = value, value, value
			out = out[3:]
		}
	}
}

func (p *Picture) fromPaletted(m *image.Paletted) {
	var palette [256][3]uint8
	for i, c := range m.Palette[:min(len(m.Palette), 256)] {
		palette[i] = rgb(c)
	}
	out := p.Pixels
	for y := range p.Height {
		for _, index := range m.Pix[y*m.Stride:][:p.Width] {
			copy(out, palette[index][:])
			out = out[3:]
		}
	}
}

func (p *Picture) fromYCbCr(m *image.YCbCr) {
	out := p.Pixels
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			i := m.COffset(x, y)
			out[0], out[1], out[2] = color.YCbCrToRGB(m.Y[m.YOffset(x, y)], m.Cb[i], m.Cr[i])
			out = out[3:]
		}
	}
}

func (p *Picture) fromAny(m image.Image) {
	b, out := m.Bounds(), p.Pixels
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := rgb(m.At(x, y))
			copy(out, c[:])
			out = out[3:]
		}
	}
}

// rgb returns any colour over white in 8 bits.
func rgb(c color.Color) [3]uint8 {
	switch c := c.(type) {
	case color.NRGBA:
		return [3]uint8{overWhite(c.R, c.A), overWhite(c.G, c.A), overWhite(c.B, c.A)}
	case color.NRGBA64:
		return [3]uint8{overWhite16(c.R, c.A), overWhite16(c.G, c.A), overWhite16(c.B, c.A)}
	case color.CMYK:
		return fromCMYK(c.C, c.M, c.Y, c.K)
	}
	r, g, b, a := c.RGBA()
	white := 0xffff - a
	return [3]uint8{narrow(r + white), narrow(g + white), narrow(b + white)}
}

// overWhite16 blends a 16-bit channel over white and narrows it to 8 bits.
func overWhite16(value, alpha uint16) uint8 {
	blended := (uint64(value)*uint64(alpha) + 65535*(65535-uint64(alpha)) + 32767) / 65535
	return narrow(uint32(blended))
}

// narrow returns a 16-bit value over 257, rounded to the nearest.
func narrow(value uint32) uint8 { return uint8((min(value, 0xffff) + 128) / 257) }

// fromCMYK converts one pixel as Pillow does: no colour profile, each channel
// the product of what two inks let through.
func fromCMYK(cyan, magenta, yellow, black uint8) [3]uint8 {
	light := 255 - uint32(black)
	through := func(ink uint8) uint8 {
		t := uint32(ink)*light + 128
		return uint8(light - (t>>8+t)>>8)
	}
	return [3]uint8{through(cyan), through(magenta), through(yellow)}
}

// cut returns a part of the picture, itself if that is all of it.
func (p *Picture) cut(part image.Rectangle) *Picture {
	if part == p.Bounds() {
		return p
	}
	out := New(part.Dx(), part.Dy())
	for y := range out.Height {
		copy(out.Pixels[y*out.Width*3:][:out.Width*3], p.Pixels[((part.Min.Y+y)*p.Width+part.Min.X)*3:])
	}
	return out
}
