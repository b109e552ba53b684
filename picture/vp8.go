package picture

import "image"

// fromVP8 converts a lossy WebP frame as libwebp does: colour at half the
// resolution is smoothed between its four neighbours, and luma spans 16 to 235
// (RFC 6386, §9.2; libwebp's "fancy upsampling").
func fromVP8(m *image.YCbCr) *Picture {
	p := New(m.Rect.Dx(), m.Rect.Dy())
	chroma := (p.Height + 1) / 2
	for y := range p.Height {
		near := y / 2
		far := near - 1
		if y%2 == 1 {
			far = near + 1
		}
		far = min(max(far, 0), chroma-1)
		p.vp8Row(y, m.Y[y*m.YStride:], vp8Chroma(m, near), vp8Chroma(m, far))
	}
	return p
}

// vp8Planes is one row of both colour planes.
type vp8Planes struct{ u, v []uint8 }

func vp8Chroma(m *image.YCbCr, row int) vp8Planes {
	return vp8Planes{m.Cb[row*m.CStride:], m.Cr[row*m.CStride:]}
}

// vp8Row writes a row of pixels from its luma and the colour rows nearest and
// next to it.
func (p *Picture) vp8Row(y int, luma []uint8, near, far vp8Planes) {
	out := p.Pixels[y*p.Width*3:]
	last := (p.Width+1)/2 - 1
	for x := range p.Width {
		i := x / 2
		j := i - 1
		if x%2 == 1 {
			j = i + 1
		}
		var u, v int
		if j < 0 || j > last {
			u, v = vp8Edge(near.u[i], far.u[i]), vp8Edge(near.v[i], far.v[i])
		} else {
			u = vp8Smooth(near.u[i], near.u[j], far.u[i], far.u[j])
			v = vp8Smooth(near.v[i], near.v[j], far.v[i], far.v[j])
		}
		out[x*3], out[x*3+1], out[x*3+2] = vp8RGB(int(luma[x]), u, v)
	}
}

// vp8Edge weighs two colour samples 3:1.
func vp8Edge(near, far uint8) int { return (3*int(near) + int(far) + 2) >> 2 }

// vp8Smooth weighs four colour samples 9:3:3:1, with libwebp's rounding.
func vp8Smooth(own, beside, above, across uint8) int {
	sum := int(own) + int(beside) + int(above) + int(across) + 8
	diagonal := (sum + 2*(int(beside)+int(above))) >> 3
	return (diagonal + int(own)) >> 1
}

// vp8RGB converts with libwebp's fixed-point factors (src/dsp/yuv.h).
func vp8RGB(y, u, v int) (red, green, blue uint8) {
	luma := y * 19077 >> 8
	return vp8Clip(luma + v*26149>>8 - 14234),
		vp8Clip(luma - u*6419>>8 - v*13320>>8 + 8708),
		vp8Clip(luma + u*33050>>8 - 17685)
}

func vp8Clip(v int) uint8 { return uint8(min(max(v, 0), 255<<6+63) >> 6) }
