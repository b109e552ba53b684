package picture

import (
	"bytes"
	"errors"
	"image"
)

// hevcPicture is what the settings of an HEVC picture say of it (ITU-T H.265,
// 7.3.2.2).
type hevcPicture struct {
	coded  image.Point // its blocks
	size   image.Point // what of them is to be seen
	chroma int         // 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4
	depth  int         // bits
}

// readHEVC reads the settings in an hvcC box (ISO/IEC 14496-15, §8.3.3.1).
func readHEVC(configuration []byte) (hevcPicture, error) {
	const sequence, beforeArrays = 33, 22
	f := fields{rest: configuration}
	f.bytes(beforeArrays)
	for arrays := f.number(1); arrays > 0 && !f.short; arrays-- {
		kind := f.number(1) & 0x3f
		for units := f.number(2); units > 0 && !f.short; units-- {
			unit := f.bytes(int(f.number(2)))
			if kind == sequence && len(unit) > 2 {
				return readSequence(unit[2:])
			}
		}
	}
	return hevcPicture{}, errors.New("its HEVC settings are missing")
}

// bitReader reads bits one after another; past the end there are zeros, and short is set.
type bitReader struct {
	data  []byte
	at    int
	short bool
}

func (b *bitReader) read(count int) (n uint32) {
	for range count {
		n <<= 1
		if b.at/8 < len(b.data) {
			n |= uint32(b.data[b.at/8]>>(7-b.at%8)) & 1
		} else {
			b.short = true
		}
		b.at++
	}
	return n
}

func (b *bitReader) flag() bool { return b.read(1) == 1 }

// golomb reads an Exp-Golomb code (9.2).
func (b *bitReader) golomb() uint32 {
	zeros := 0
	for !b.flag() {
		if zeros++; zeros > 31 || b.short {
			b.short = true
			return 0
		}
	}
	return 1<<zeros - 1 + b.read(zeros)
}

// readSequence reads a sequence parameter set behind its header of 2 bytes.
func readSequence(unit []byte) (p hevcPicture, err error) {
	b := &bitReader{data: bytes.ReplaceAll(unit, []byte{0, 0, 3}, []byte{0, 0})}
	b.read(4)
	layers := int(b.read(3))
	b.read(1)
	b.levels(layers)
	b.golomb()
	if p.chroma = int(b.golomb()); p.chroma == 3 {
		b.read(1)
	}
	p.coded = image.Pt(int(b.golomb()), int(b.golomb()))
	p.size = p.coded
	if b.flag() {
		p.cut(b.golomb(), b.golomb(), b.golomb(), b.golomb())
	}
	p.depth = 8 + int(max(b.golomb(), b.golomb()))
	if p.size.X <= 0 || p.size.Y <= 0 || p.chroma > 3 || p.depth > 16 {
		return p, errors.New("its HEVC settings make no sense")
	}
	return p, nil
}

// cut takes off the conformance window's sides, which count colour samples.
func (p *hevcPicture) cut(left, right, top, bottom uint32) {
	across, down := 1, 1
	if p.chroma == 1 || p.chroma == 2 {
		across = 2
	}
	if p.chroma == 1 {
		down = 2
	}
	p.size.X -= across * (int(left) + int(right))
	p.size.Y -= down * (int(top) + int(bottom))
}

// levels skips profile, tier and level (7.3.3).
func (b *bitReader) levels(layers int) {
	b.read(88)
	b.read(8)
	var profile, level [8]bool
	for i := range layers {
		profile[i], level[i] = b.flag(), b.flag()
	}
	if layers > 0 {
		b.read(2 * (8 - layers))
	}
	for i := range layers {
		if profile[i] {
			b.read(88)
		}
		if level[i] {
			b.read(8)
		}
	}
}
