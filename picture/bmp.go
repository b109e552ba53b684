package picture

import "golang.org/x/image/bmp"

func decodeBMP(_ *Decoder, data []byte) (*Picture, error) {
	m, err := decodeImage(data, bmp.DecodeConfig, bmp.Decode)
	if err != nil {
		return nil, err
	}
	return FromImage(m), nil
}
