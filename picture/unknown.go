package picture

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/seetell/seetell/third_party/libheif"
)

// readable lists the formats that are read, for people.
func readable() string {
	if len(libheif.Packed) == 0 {
		return "JPEG, PNG, GIF, WebP, AVIF, BMP or TIFF"
	}
	return "JPEG, PNG, GIF, WebP, HEIC, AVIF, BMP or TIFF"
}

// startLength is how many of a file's first bytes tell what it is.
const startLength = 512

// unread are formats of pictures, and of what is taken for them, that are told
// by their first bytes and not read.
var unread = []struct{ name, start string }{
	{"JPEG XL", "\xff\x0a"},
	{"JPEG XL", "\x00\x00\x00\x0cJXL \r\n\x87\n"},
	{"JPEG 2000", "\x00\x00\x00\x0cjP  \r\n\x87\n"},
	{"JPEG 2000", "\xff\x4f\xff\x51"},
	{"JPEG XR", "II\xbc\x01"},
	{"Photoshop", "8BPS"},
	{"PDF", "%PDF-"},
	{"PostScript", "%!PS"},
	{"OpenEXR", "\x76\x2f\x31\x01"},
	{"Radiance", "#?RADIANCE\n"},
	{"Windows icon", "\x00\x00\x01\x00"},
	{"Netpbm", "P1\n"}, {"Netpbm", "P2\n"}, {"Netpbm", "P3\n"},
	{"Netpbm", "P4\n"}, {"Netpbm", "P5\n"}, {"Netpbm", "P6\n"},
	{"QOI", "qoif"},
	{"DirectDraw surface", "DDS "},
	{"Canon raw", "\x00\x00\x00?ftypcrx "},
	{"Fujifilm raw", "FUJIFILMCCD-RAW"},
}

// unknown says what was found in place of a picture that can be read. It shows
// none of the file's bytes: they may be somebody's.
func unknown(data []byte) error {
	start := data[:min(len(data), startLength)]
	if len(start) == 0 {
		return as(ErrNoPicture, errors.New("the file is empty: a picture was expected"))
	}
	for _, kind := range unread {
		if begins(start, kind.start) {
			return unsupported(kind.name)
		}
	}
	if bytes.Contains(start, []byte("<svg")) {
		return unsupported("SVG")
	}
	found, _, _ := strings.Cut(http.DetectContentType(start), ";")
	switch found {
	case "application/octet-stream":
		return as(ErrNoPicture, fmt.Errorf("not a picture (%s)", readable()))
	case "text/html":
		return as(ErrNoPicture, fmt.Errorf("not a picture (%s) but a web page: was the download refused?", readable()))
	}
	return as(ErrNoPicture, fmt.Errorf("not a picture (%s): it looks like %s", readable(), found))
}

// begins compares the first bytes with a pattern, where ? is any byte.
func begins(data []byte, pattern string) bool {
	if len(data) < len(pattern) {
		return false
	}
	for i := range len(pattern) {
		if pattern[i] != '?' && pattern[i] != data[i] {
			return false
		}
	}
	return true
}

func unsupported(name string) error {
	return as(ErrUnsupported, fmt.Errorf("%s pictures are not read: convert it to JPEG or PNG", name))
}
