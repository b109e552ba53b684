package picture

// #include "resize_avx2.h"
import "C"

import (
	"image"
	"math"
	"runtime"
	"unsafe"
)

// Resize returns the picture in another size, filtered by an antialiased
// triangle, to the same bytes as Pillow's Image.resize(size, BILINEAR).
func (p *Picture) Resize(width, height int) *Picture {
	out := New(width, height)
	new(Resizer).Resize(p, p.Bounds(), width, height, out.Pixels)
	return out
}

// Resizer resizes one picture after another with the same scratch memory. It
// serves one goroutine.
type Resizer struct {
	across, down axis
	between      []uint8
}

// Resize writes the part of p in box, in the size given, to out, which holds
// width*height*3 bytes. It equals Pillow's Image.resize with that box. Out may
// be p's pixels if the sizes are the same. Without room in out, and of a part
// that p does not have, it writes nothing.
func (r *Resizer) Resize(p *Picture, box image.Rectangle, width, height int, out []uint8) {
	r.part(p, box, width, height, image.Rect(0, 0, width, height), out)
}

// part is Resize of which only the pixels in view are computed.
func (r *Resizer) part(p *Picture, box image.Rectangle, width, height int, view image.Rectangle, out []uint8) {
	if !p.whole() || box.Empty() || !box.In(p.Bounds()) || !possible(width, height) || !possible(view.Dx(), view.Dy()) ||
		!view.In(image.Rect(0, 0, width, height)) || len(out) < view.Dx()*view.Dy()*3 {
		return
	}
	out = out[:view.Dx()*view.Dy()*3]
	sameWidth := width == p.Width && box.Dx() == width && view.Dx() == width
	sameHeight := height == p.Height && box.Dy() == height && view.Dy() == height
	if !sameWidth {
		r.across.set(p.Width, span{box.Min.X, box.Max.X}, width, span{view.Min.X, view.Max.X})
	}
	if !sameHeight {
		r.down.set(p.Height, span{box.Min.Y, box.Max.Y}, height, span{view.Min.Y, view.Max.Y})
	}
	switch {
	case sameWidth && sameHeight:
		if &out[0] != &p.Pixels[0] {
			copy(out, p.Pixels)
		}
	case sameWidth:
		r.down.columns(p.Pixels, out, p.Width*3)
	case sameHeight:
		r.across.rows(p.Pixels, p.Width*3, out)
	case columnsFirst(p, width, height):
		shortened := r.scratch(p.Width * view.Dy() * 3)
		r.down.columns(p.Pixels, shortened, p.Width*3)
		r.across.rows(shortened, p.Width*3, out)
	default:
		r.rowsFirst(p, view.Dx(), out)
	}
}

// columnsFirst is Pillow's choice, since its version 13, of the pass that
// comes first. It matters because pixels are rounded between the passes.
func columnsFirst(p *Picture, width, height int) bool {
	return p.Height > height && p.Height-height > 2*(p.Width-width)
}

// rowsFirst narrows the rows that the axis down needs and combines them.
func (r *Resizer) rowsFirst(p *Picture, width int, out []uint8) {
	top, bottom := r.down.source()
	narrowed := r.scratch((bottom - top) * width * 3)
	r.across.rows(p.Pixels[top*p.Width*3:bottom*p.Width*3], p.Width*3, narrowed)
	r.down.shift(top)
	r.down.columns(narrowed, out, width*3)
}

// scratch returns n bytes for what lies between the passes.
func (r *Resizer) scratch(n int) []uint8 {
	if cap(r.between) < n {
		r.between = make([]uint8, n)
	}
	return r.between[:n]
}

// axis says of which pixels in, in which proportions, each pixel out is made.
type axis struct {
	first, count, weights []int32
	packed                []int16 // the weights as the rows pass wants them
	stride, groups        int
	kernel                []float64
}

// span is a range of pixels, without the last.
type span struct{ from, to int }

// set computes the weights of those pixels out that are in view, for pixels in
// of the span of n to size out, step by step as Pillow's precompute_coeffs and
// normalize_coeffs_8bpc do, so that they come out the same to the last bit.
func (a *axis) set(n int, in span, size int, view span) {
	scale := float64(in.to-in.from) / float64(size)
	support := max(scale, 1)
	count := view.to - view.from
	a.stride = int(math.Ceil(support))*2 + 1
	a.first, a.count = resized(a.first, count), resized(a.count, count)
	a.weights = resized(a.weights, count*a.stride)
	a.groups = 0
	for i := range count {
		// The conversion keeps the product from being fused with the sum.
		centre := float64(in.from) + float64((float64(view.from+i)+0.5)*scale)
		from := max(int(centre-support+0.5), 0)
		to := min(int(centre+support+0.5), n)
		a.first[i], a.count[i] = int32(from), int32(to-from)
		a.weigh(i, centre, 1/support)
		a.groups = max(a.groups, (to-from+3)/4)
	}
}

// pack splits the weights into their low 15 bits and those above, in groups of
// four neighbours, filled up with zeros.
func (a *axis) pack() {
	a.packed = resized(a.packed, len(a.first)*a.groups*8)
	clear(a.packed)
	for i, count := range a.count {
		for x, w := range a.weights[i*a.stride:][:count] {
			at := (i*a.groups+x/4)*8 + x%4
			a.packed[at], a.packed[at+4] = int16(w&0x7fff), int16(w>>15)
		}
	}
}

// weigh fills the weights of pixel i about a centre.
func (a *axis) weigh(i int, centre, inverse float64) {
	const one = 1 << 22
	a.kernel = a.kernel[:0]
	var sum float64
	for x := range a.count[i] {
		w := triangle((float64(x+a.first[i]) - centre + 0.5) * inverse)
		a.kernel = append(a.kernel, w)
		sum += w
	}
	for x, w := range a.kernel {
		a.weights[i*a.stride+x] = int32(0.5 + float64(w/sum*one))
	}
}

// triangle is the bilinear filter.
func triangle(x float64) float64 { return max(1-math.Abs(x), 0) }

// source returns the first pixel in and the one after the last.
func (a *axis) source() (first, end int) {
	last := len(a.first) - 1
	return int(a.first[0]), int(a.first[last] + a.count[last])
}

// shift counts the pixels in from another first.
func (a *axis) shift(by int) {
	for i := range a.first {
		a.first[i] -= int32(by)
	}
}

func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// view is the axis as C sees it; the arrays stay Go's.
func (a *axis) view(pin *runtime.Pinner) C.sp_axis {
	pin.Pin(unsafe.SliceData(a.first))
	pin.Pin(unsafe.SliceData(a.count))
	pin.Pin(unsafe.SliceData(a.weights))
	pin.Pin(unsafe.SliceData(a.packed))
	return C.sp_axis{
		first: (*C.int32_t)(unsafe.SliceData(a.first)), count: (*C.int32_t)(unsafe.SliceData(a.count)),
		weights: (*C.int32_t)(unsafe.SliceData(a.weights)), packed: (*C.int16_t)(unsafe.SliceData(a.packed)),
		size: C.int32_t(len(a.first)), stride: C.int32_t(a.stride), groups: C.int32_t(a.groups),
	}
}

// rows makes each row of stride bytes of in len(a.first) pixels wide.
func (a *axis) rows(in []uint8, stride int, out []uint8) {
	var pin runtime.Pinner
	defer pin.Unpin()
	a.pack()
	C.sp_resize_rows((*C.uint8_t)(unsafe.SliceData(in)), C.int64_t(stride), (*C.uint8_t)(unsafe.SliceData(out)),
		C.int32_t(len(in)/stride), a.view(&pin))
}

// columns combines rows of width bytes into len(a.first) rows.
func (a *axis) columns(in, out []uint8, width int) {
	var pin runtime.Pinner
	defer pin.Unpin()
	C.sp_resize_columns((*C.uint8_t)(unsafe.SliceData(in)), (*C.uint8_t)(unsafe.SliceData(out)),
		C.int32_t(width), a.view(&pin))
}

// useAVX2 turns the fast passes off and on again, for tests.
func useAVX2(on bool) {
	if on {
		C.sp_set_avx2(1)
	} else {
		C.sp_set_avx2(0)
	}
}
