package picture

import (
	"bytes"
	"encoding/binary"
	"image/png"
	"slices"
)

// headerPNG reckons what Go's reader makes of a picture: four channels at
// most, of 8 or 16 bits. Of an interlaced one it keeps the parts too,
// and the file is copied.
func headerPNG(_ *Decoder, data []byte) (header, error) {
	const depth, interlace, end = 24, 28, 29 // in the file, of IHDR
	if len(data) < end {
		return header{}, errCut
	}
	perPixel := int64(4)
	if data[depth] == 16 {
		perPixel *= 2
	}
	if data[interlace] != 0 {
		perPixel *= 2
	}
	h, err := headerOf(data, png.DecodeConfig, perPixel)
	h.memory += int64(len(data))
	return h, err
}

// decodePNG reads any PNG; of an animated one the picture that plain readers
// show. What follows the pixels is not looked at, and may be missing.
func decodePNG(_ *Decoder, in input) (*Picture, error) {
	in.data = upToPixels(in.data)
	m, err := png.Decode(in.reader())
	if err != nil {
		return nil, err
	}
	return fromOwn(m), nil
}

// upToPixels returns the file up to its last chunk of pixels, with an end of
// its own. Where the pixels are not whole it returns the file as it is.
func upToPixels(data []byte) []byte {
	const signature, frame = 8, 12 // bytes; the latter around a chunk's
	pixels := 0
	for at := signature; at+frame <= len(data); {
		length := uint64(binary.BigEndian.Uint32(data[at:]))
		if length > uint64(len(data)-at-frame) {
			return data
		}
		kind := data[at+4 : at+8]
		at += frame + int(length)
		if bytes.Equal(kind, []byte("IDAT")) {
			pixels = at
		} else if pixels > 0 {
			break
		}
	}
	if pixels == 0 {
		return data
	}
	return append(slices.Clip(data[:pixels]), "\x00\x00\x00\x00IEND\xae\x42\x60\x82"...)
}
