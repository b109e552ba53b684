package picture

// #cgo CFLAGS: -O3
// #cgo LDFLAGS: -l:libjpeg.a
// #include "jpeg.h"
import "C"

import (
	"errors"
	"unsafe"
)

// jpegData is a JPEG file's bytes and the scale, in eighths, to read it at.
type jpegData struct {
	bytes   []byte
	eighths int
}

func (d *Decoder) decodeJPEG(data []byte) (*Picture, error) {
	file := jpegData{data, 8}
	width, height, err := file.size()
	if err != nil {
		return nil, err
	}
	if err := checkSize(width, height); err != nil {
		return nil, err
	}
	if file.eighths = d.eighths(width, height); file.eighths < 8 {
		if width, height, err = file.size(); err != nil {
			return nil, err
		}
	}
	p := d.reuse(width, height)
	return p, file.decode(p, d.codes(len(data)))
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
	d.memory.room = resized(d.memory.room, int(C.sp_jpeg_room(C.size_t(length))))
	return d.memory
}

// reuse returns the target, or else the decoder's picture, with the size given,
// pixels unset.
func (d *Decoder) reuse(width, height int) *Picture {
	if t := d.Target; t != nil && t.Width == width && t.Height == height {
		return t
	}
	if n := width * height * 3; cap(d.buffer) < n {
		d.buffer = make([]uint8, n)
	}
	d.picture = Picture{Width: width, Height: height, Pixels: d.buffer[:width*height*3]}
	return &d.picture
}

// eighths returns the scale for a picture: 1, 2 or 4, for which libjpeg-turbo
// has fast code, or 8.
func (d *Decoder) eighths(width, height int) int {
	if d.AtLeast <= 0 {
		return 8
	}
	for _, scale := range []int{1, 2, 4} {
		if min(width, height)*scale/8 >= d.AtLeast {
			return scale
		}
	}
	return 8
}

func (f jpegData) size() (width, height int, err error) {
	var w, h C.uint32_t
	var message jpegMessage
	status := C.sp_jpeg_size(f.start(), C.size_t(len(f.bytes)), C.int(f.eighths), &w, &h, &message[0])
	return int(w), int(h), jpegError(status, &message)
}

// decode fills the picture, libjpeg reading the codes if c is nothing or if
// there is anything unusual about them.
func (f jpegData) decode(p *Picture, c codes) error {
	var message jpegMessage
	status := f.read(p, c, &message)
	if status == unusual {
		status = f.read(p, codes{}, &message)
	}
	return jpegError(status, &message)
}

// unusual is what read returns if libjpeg has to read the codes.
const unusual = C.SP_UNUSUAL

func (f jpegData) read(p *Picture, c codes, message *jpegMessage) C.int {
	return C.sp_jpeg_decode(f.start(), C.size_t(len(f.bytes)), C.int(f.eighths),
		C.uint32_t(p.Width), C.uint32_t(p.Height), (*C.uint8_t)(&p.Pixels[0]),
		c.tables, (*C.uint8_t)(unsafe.SliceData(c.room)), &message[0])
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
