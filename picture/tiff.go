package picture

import "golang.org/x/image/tiff"

func decodeTIFF(_ *Decoder, data []byte) (*Picture, error) {
	m, err := decodeImage(data, tiff.DecodeConfig, tiff.Decode)
	if err != nil {
		return nil, err
	}
	return FromImage(m), nil
}
