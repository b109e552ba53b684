package picture

import (
	"bytes"
	"image"
	"image/gif"
)

// decodeGIF reads the first frame onto a white canvas.
func decodeGIF(_ *Decoder, data []byte) (*Picture, error) {
	config, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if err := checkSize(config.Width, config.Height); err != nil {
		return nil, err
	}
	frame, err := gif.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return onCanvas(FromImage(frame), frame.Bounds().Min, config.Width, config.Height), nil
}

// onCanvas returns the frame placed on a white canvas of the size given.
func onCanvas(frame *Picture, at image.Point, width, height int) *Picture {
	if at == (image.Point{}) && frame.Width == width && frame.Height == height {
		return frame
	}
	canvas := New(width, height)
	for i := range canvas.Pixels {
		canvas.Pixels[i] = 255
	}
	columns := min(frame.Width, width-at.X)
	for y := range min(frame.Height, height-at.Y) {
		row := frame.Pixels[y*frame.Width*3:][:max(columns, 0)*3]
		copy(canvas.Pixels[((at.Y+y)*width+at.X)*3:], row)
	}
	return canvas
}
