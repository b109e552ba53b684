package picture

import (
	"image"
	"image/gif"
)

// headerGIF counts a byte of palette index, and the frame and the canvas it is
// put on in RGB.
func headerGIF(_ *Decoder, data []byte) (header, error) {
	return headerOf(data, gif.DecodeConfig, 1+3+3)
}

// decodeGIF reads the first frame onto a white canvas.
func decodeGIF(_ *Decoder, in input) (*Picture, error) {
	frame, err := gif.Decode(in.reader())
	if err != nil {
		return nil, err
	}
	return onCanvas(FromImage(frame), frame.Bounds().Min, in.header.width, in.header.height), nil
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
