package picture

import "math"

// rgb converts all numbers.
func (r *tiffRaster) rgb(all []byte) *Picture {
	p, size := New(r.width, r.height), r.size()
	step := r.samples * size
	narrow := r.narrower(all)
	colours := r.colours()
	alpha := r.alpha && r.samples > colours && r.photometric != tiffPalette
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
		case r.photometric == tiffPalette:
			for c := range out { // of 16 bits: writers make them of 8, some times 256 and some times 257
				out[c] = uint8(r.palette[c<<r.bits+int(v[0])] >> 8)
			}
		case r.photometric == tiffWhiteIsZero:
			out[0], out[1], out[2] = ^v[0], ^v[0], ^v[0]
		default:
			out[0], out[1], out[2] = v[0], v[0], v[0]
		}
		if alpha {
			r.overWhite(out, v[colours])
		}
	}
	return p
}

// overWhite puts a pixel over white. A colour that transparency was multiplied
// into is divided by it first, as Pillow does.
func (r *tiffRaster) overWhite(pixel []uint8, alpha uint8) {
	for c, value := range pixel {
		if r.premultiplied && alpha > 0 {
			value = uint8(min(255*int(value)/int(alpha), 255))
		}
		pixel[c] = overWhite(value, alpha)
	}
}

// narrower returns what makes 8 bits of a number: of up to 16 bits by their
// value, of all others by where they lie between the picture's smallest and
// largest.
func (r *tiffRaster) narrower(all []byte) func([]byte) uint8 {
	if r.format != tiffSigned && r.format != tiffFloat {
		switch r.size() {
		case 1:
			return func(b []byte) uint8 { return b[0] }
		case 2:
			return func(b []byte) uint8 { return narrow(uint32(r.order.Uint16(b))) }
		}
	}
	low, high := math.Inf(1), math.Inf(-1)
	for at := 0; at < len(all); at += r.size() {
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

// number reads a number that is wide, signed or no integer.
func (r *tiffRaster) number(b []byte) float64 {
	switch r.size() {
	case 1:
		return float64(int8(b[0]))
	case 2:
		if r.format == tiffFloat {
			return half(r.order.Uint16(b))
		}
		return float64(int16(r.order.Uint16(b)))
	case 4:
		bits := r.order.Uint32(b)
		switch r.format {
		case tiffFloat:
			return float64(math.Float32frombits(bits))
		case tiffSigned:
			return float64(int32(bits))
		}
		return float64(bits)
	}
	bits := r.order.Uint64(b)
	switch r.format {
	case tiffFloat:
		return math.Float64frombits(bits)
	case tiffSigned:
		return float64(int64(bits))
	}
	return float64(bits)
}

// half reads a number with a point of 16 bits (IEEE 754).
func half(bits uint16) float64 {
	const exponents, fraction = 0x1f, 0x3ff
	exponent, value := int(bits>>10&exponents), float64(bits&fraction)
	switch exponent {
	case 0:
		value = math.Ldexp(value, -24)
	case exponents:
		return math.NaN()
	default:
		value = math.Ldexp(value+1024, exponent-25)
	}
	if bits>>15 == 1 {
		return -value
	}
	return value
}
