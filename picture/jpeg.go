package picture

// #cgo CFLAGS: -O3
// #cgo LDFLAGS: -l:libjpeg.a
// #include "jpeg.h"
import "C"

import (
	"context"
	"errors"
	"image"
	"sync/atomic"
	"unsafe"
)

// jpegData is a JPEG file's bytes and the scale, in eighths, to read it at.
// It becomes RGB, or keeps its channels, if their number is given.
type jpegData struct {
	bytes    []byte
	eighths  int
	channels int
}

// exactPixels is the largest JPEG that is decoded at its full size. A larger
// one is scaled down to no more than that.
const exactPixels = 50_000_000

func (d *Decoder) headerJPEG(data []byte) (header, error) {
	stored, err := jpegData{bytes: data, eighths: 8}.header()
	if err != nil {
		return header{}, err
	}
	scaled, eighths := stored, d.eighths(int(stored.width), int(stored.height))
	if eighths < 8 {
		if scaled, err = (jpegData{bytes: data, eighths: eighths}).header(); err != nil {
			return header{}, err
		}
	}
	h := header{width: int(stored.width), height: int(stored.height), eighths: eighths,
		out: image.Pt(int(scaled.width), int(scaled.height))}
	h.memory = int64(scaled.memory) + 3*int64(scaled.width)*int64(scaled.height) + int64(len(data))
	return h, nil
}

func (d *Decoder) decodeJPEG(in input) (*Picture, error) {
	stop, release := stopNumber(in.context)
	defer release()
	p := d.reuse(in.header.out.X, in.header.out.Y)
	return p, jpegData{bytes: in.data, eighths: in.header.eighths}.decode(p, d.codes(len(in.data)), stop)
}

// stopNumber returns a number that becomes 1 when ctx ends, for C to look at;
// nil if ctx never does.
func stopNumber(ctx context.Context) (stop *int32, release func() bool) {
	if ctx.Done() == nil {
		return nil, func() bool { return true }
	}
	stop = new(int32)
	return stop, context.AfterFunc(ctx, func() { atomic.StoreInt32(stop, 1) })
}

// codes is memory for reading the codes of a JPEG.
type codes struct {
	tables *C.sp_tables
	room   []uint8
}

// codes returns memory for a file of a length, or none where libjpeg is to
// read it alone.
func (d *Decoder) codes(length int) codes {
	if d.plain {
		return codes{}
	}
	if d.memory.tables == nil {
		d.memory.tables = new(C.sp_tables)
	}
	room := int(C.sp_jpeg_room(C.size_t(length)))
	if room >= large {
		return codes{d.memory.tables, make([]uint8, room)}
	}
	d.memory.room = resized(d.memory.room, room)
	return d.memory
}

// reuse returns the target, or else the decoder's picture, with the size given,
// pixels unset. What a large picture takes is not kept.
func (d *Decoder) reuse(width, height int) *Picture {
	if t := d.Target; t != nil && t.Width == width && t.Height == height {
		return t
	}
	n := width * height * 3
	if n >= large {
		return New(width, height)
	}
	if cap(d.buffer) < n {
		d.buffer = make([]uint8, n)
	}
	d.picture = Picture{Width: width, Height: height, Pixels: d.buffer[:n]}
	return &d.picture
}

// eighths returns the scale for a picture: 1, 2 or 4, for which libjpeg-turbo
// has fast code, or 8.
func (d *Decoder) eighths(width, height int) int {
	for _, scale := range []int{1, 2, 4} {
		if d.AtLeast > 0 && min(width, height)*scale/8 >= d.AtLeast {
			return scale
		}
	}
	for _, scale := range []int{8, 4, 2} {
		if int64(width)*int64(height)*int64(scale*scale) <= exactPixels*8*8 {
			return scale
		}
	}
	return 1
}

func (f jpegData) header() (h C.sp_jpeg_header, err error) {
	var message jpegMessage
	status := C.sp_jpeg_read_header(f.start(), C.size_t(len(f.bytes)), C.int(f.eighths), C.int(f.channels), &h, &message[0])
	return h, jpegError(status, &message)
}

// decode fills the picture, libjpeg reading the codes if c is nothing or if
// there is anything unusual about them.
func (f jpegData) decode(p *Picture, c codes, stop *int32) error {
	var message jpegMessage
	status := f.read(p, c, stop, &message)
	if status == unusual {
		status = f.read(p, codes{}, stop, &message)
	}
	return jpegError(status, &message)
}

// unusual is what read returns if libjpeg has to read the codes.
const unusual = C.SP_UNUSUAL

func (f jpegData) read(p *Picture, c codes, stop *int32, message *jpegMessage) C.int {
	return C.sp_jpeg_decode(f.start(), C.size_t(len(f.bytes)), C.int(f.eighths), C.int(f.channels),
		C.uint32_t(p.Width), C.uint32_t(p.Height), (*C.uint8_t)(&p.Pixels[0]),
		c.tables, (*C.uint8_t)(unsafe.SliceData(c.room)), (*C.int32_t)(stop), &message[0])
}

func (f jpegData) start() *C.uint8_t { return (*C.uint8_t)(unsafe.SliceData(f.bytes)) }

// jpegMessage is room for what libjpeg says.
type jpegMessage [C.SP_MESSAGE]C.char

// jpegError returns what libjpeg said; an empty message means cut short.
func jpegError(status C.int, message *jpegMessage) error {
	if status == 0 {
		return nil
	}
	if text := C.GoString(&message[0]); text != "" {
		return errors.New(text)
	}
	return errCut
}
