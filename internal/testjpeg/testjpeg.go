// Package testjpeg writes JPEG files of every kind that libjpeg writes, for
// tests of what reads them.
package testjpeg

// #cgo LDFLAGS: -l:libjpeg.a
// #include <stdlib.h>
// #include "encode.h"
import "C"

import "unsafe"

// Options say how a file is written. Values that libjpeg does not take end the
// program.
type Options struct {
	Channels     int // 1 for grey, 3 for RGB or 4 for CMYK
	Across, Down int // samples of the first channel to one of the others
	Quality      int // 1 to 100
	Restart      int // MCUs between restart markers; 0 for none
	Optimise     bool
	Progressive  bool
	Arithmetic   bool
	Separate     bool // a scan for each channel
}

// Encode returns a file with the pixels, rows of width*Channels bytes.
func Encode(pixels []uint8, width, height int, o Options) []byte {
	var length C.size_t
	data := C.tj_encode((*C.uint8_t)(unsafe.SliceData(pixels)), C.int(width), C.int(height), C.tj_options{
		channels: C.int(o.Channels), across: C.int(o.Across), down: C.int(o.Down),
		quality: C.int(o.Quality), restart: C.int(o.Restart),
		optimise: number(o.Optimise), progressive: number(o.Progressive),
		arithmetic: number(o.Arithmetic), separate: number(o.Separate),
	}, &length)
	defer C.free(unsafe.Pointer(data))
	return C.GoBytes(unsafe.Pointer(data), C.int(length))
}

func number(b bool) C.int {
	if b {
		return 1
	}
	return 0
}
