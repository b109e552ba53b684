package picture

import "image/png"

// decodePNG reads any PNG; of an animated one the picture that plain readers
// show.
func decodePNG(_ *Decoder, data []byte) (*Picture, error) {
	m, err := decodeImage(data, png.DecodeConfig, png.Decode)
	if err != nil {
		return nil, err
	}
	return FromImage(m), nil
}
