package picture

import "image/png"

// headerPNG reckons what Go's reader makes of a picture: four channels at
// most, of 8 or 16 bits. Of an interlaced one it keeps the parts too.
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
	return headerOf(data, png.DecodeConfig, perPixel)
}

// decodePNG reads any PNG; of an animated one the picture that plain readers
// show.
func decodePNG(_ *Decoder, in input) (*Picture, error) {
	m, err := png.Decode(in.reader())
	if err != nil {
		return nil, err
	}
	return fromOwn(m), nil
}
