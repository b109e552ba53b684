package picture

import "golang.org/x/image/bmp"

func headerBMP(_ *Decoder, data []byte) (header, error) {
	return headerOf(data, bmp.DecodeConfig, 4)
}

func decodeBMP(_ *Decoder, in input) (*Picture, error) {
	m, err := bmp.Decode(in.reader())
	if err != nil {
		return nil, err
	}
	return fromOwn(m), nil
}
