package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"iter"

	"golang.org/x/image/webp"
)

// headerWebP counts the planes or channels of a frame twice, as transforms
// take, its RGB, and the canvas.
func headerWebP(_ *Decoder, data []byte) (header, error) {
	if len(data) < 12 || uint64(len(data)) < 8+uint64(binary.LittleEndian.Uint32(data[4:])) {
		return header{}, errCut
	}
	f, err := webpFirstFrame(data[12:])
	if err != nil {
		return header{}, err
	}
	frame, err := headerOf(riffFile(f.pixels), webp.DecodeConfig, 4+4+3)
	frame.memory += 2 * int64(len(data))
	if err != nil || f.canvas == (image.Point{}) {
		return frame, err
	}
	canvas := sized(f.canvas.X, f.canvas.Y, 3)
	canvas.memory += frame.memory
	if frame.pixels() > canvas.pixels() {
		canvas.width, canvas.height = frame.width, frame.height // for the limit
	}
	return canvas, nil
}

// decodeWebP reads a still picture, or an animation's first frame onto a white
// canvas. (The WebP container: RFC 9649, §2.)
func decodeWebP(_ *Decoder, in input) (*Picture, error) {
	f, err := webpFirstFrame(in.data[12:])
	if err != nil {
		return nil, err
	}
	m, err := f.decode(in)
	if err != nil {
		return nil, err
	}
	if f.canvas == (image.Point{}) {
		return m, nil
	}
	return onCanvas(m, f.at, f.canvas.X, f.canvas.Y), nil
}

// webpFrame is the chunks of one frame: its pixels, and its alpha where that
// lies apart.
type webpFrame struct {
	pixels, alpha chunk
	canvas, at    image.Point // of an animation, else zero
}

// webpFirstFrame walks the chunks of a file up to the first picture.
func webpFirstFrame(data []byte) (f webpFrame, err error) {
	for c := range riffChunks(data) {
		switch {
		case c.name == "VP8X" && len(c.data) >= 10 && c.data[0]&2 != 0:
			f.canvas = image.Pt(uint24(c.data[4:])+1, uint24(c.data[7:])+1)
		case c.name == "ANMF" && len(c.data) >= 16:
			first, err := webpFirstFrame(c.data[16:])
			first.canvas, first.at = f.canvas, image.Pt(2*uint24(c.data), 2*uint24(c.data[3:]))
			return first, err
		case c.name == "ALPH":
			f.alpha = c
		case c.name == "VP8 " || c.name == "VP8L":
			f.pixels = c
			return f, nil
		}
	}
	return f, errors.New("it holds no picture")
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// decode gives the frame's chunks to x/image/webp as a file of their own,
// since that package reads no animations and is strict about flags. It decodes
// a frame in one go.
func (f webpFrame) decode(in input) (*Picture, error) {
	in.data = riffFile(f.pixels)
	if f.pixels.name == "VP8 " && f.alpha.data != nil {
		config, err := webp.DecodeConfig(bytes.NewReader(in.data))
		if err != nil {
			return nil, err
		}
		in.data = riffFile(extended(config.Width, config.Height), f.alpha, f.pixels)
	}
	return in.apart(func() (*Picture, error) {
		m, err := webp.Decode(in.reader())
		if err != nil {
			return nil, err
		}
		switch m := m.(type) {
		case *image.YCbCr:
			return fromVP8(m), nil
		case *image.NYCbCrA:
			return fromVP8(&m.YCbCr).overWhite(m.A, m.AStride), nil
		}
		return fromOwn(m), nil
	})
}

// overWhite blends the picture with an alpha plane over white, in place.
func (p *Picture) overWhite(alpha []uint8, stride int) *Picture {
	for y := range p.Height {
		for x := range p.Width {
			a, pixel := alpha[y*stride+x], p.Pixels[(y*p.Width+x)*3:]
			pixel[0], pixel[1], pixel[2] = overWhite(pixel[0], a), overWhite(pixel[1], a), overWhite(pixel[2], a)
		}
	}
	return p
}

// extended returns the VP8X chunk of a still picture with alpha.
func extended(width, height int) chunk {
	header := make([]byte, 10, 12)
	binary.LittleEndian.PutUint32(header[4:], uint32(width-1))
	binary.LittleEndian.PutUint32(header[7:11], uint32(height-1))
	header[0] = 1 << 4
	return chunk{"VP8X", header}
}

// chunk is a part of a RIFF file.
type chunk struct {
	name string
	data []byte
}

// riffChunks walks the chunks in data up to the first that is cut short.
func riffChunks(data []byte) iter.Seq[chunk] {
	return func(yield func(chunk) bool) {
		for len(data) >= 8 {
			length := uint64(binary.LittleEndian.Uint32(data[4:]))
			if 8+length > uint64(len(data)) {
				return
			}
			if !yield(chunk{string(data[:4]), data[8 : 8+length]}) {
				return
			}
			data = data[min(8+length+length&1, uint64(len(data))):]
		}
	}
}

// riffFile returns a WebP file of the chunks.
func riffFile(chunks ...chunk) []byte {
	file := []byte("RIFF\x00\x00\x00\x00WEBP")
	for _, c := range chunks {
		file = append(file, c.name...)
		file = binary.LittleEndian.AppendUint32(file, uint32(len(c.data)))
		file = append(file, c.data...)
		if len(c.data)%2 == 1 {
			file = append(file, 0)
		}
	}
	binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
	return file
}
