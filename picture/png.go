package picture

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"slices"
	"strings"
)

// Where things lie in a PNG, and how it ends.
const (
	pngSignature = 8  // bytes of it
	pngFrame     = 12 // bytes around what a chunk holds
	pngDepth     = 24
	pngInterlace = 28
	pngEnd       = "\x00\x00\x00\x00IEND\xae\x42\x60\x82"
)

// headerPNG reckons what Go's reader makes of a picture: four channels at
// most, of 8 or 16 bits. Of an interlaced one it keeps the parts too,
// and the file is copied.
func headerPNG(_ *Decoder, data []byte) (header, error) {
	const end = pngInterlace + 1
	if len(data) < end {
		return header{}, errCut
	}
	perPixel := int64(4)
	if data[pngDepth] == 16 {
		perPixel *= 2
	}
	if data[pngInterlace] != 0 {
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
	if err != nil && strings.Contains(err.Error(), "too much pixel data") && in.data[pngInterlace] == 0 {
		m, err = decodeExactly(in)
	}
	if err != nil {
		return nil, err
	}
	return in.apart(func() (*Picture, error) { return fromOwn(m), nil })
}

// decodeExactly reads a PNG with as many rows as its header states, and none of
// those that follow.
func decodeExactly(in input) (image.Image, error) {
	reader, writer := io.Pipe()
	defer reader.Close()
	go func() { writer.CloseWithError(writeExactly(writer, in)) }()
	return png.Decode(reader)
}

// writeExactly writes the file with its surplus pixels left out.
func writeExactly(out io.Writer, in input) error {
	width, height := binary.BigEndian.Uint32(in.data[16:]), binary.BigEndian.Uint32(in.data[20:])
	channels := map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[in.data[25]]
	row := 1 + (int64(width)*channels*int64(in.data[pngDepth])+7)/8
	var parts []io.Reader
	out.Write(in.data[:pngSignature])
	for rest := in.data[pngSignature:]; ; {
		chunk := wholeChunk(rest)
		if chunk == nil {
			break
		}
		if string(chunk[4:8]) == "IDAT" {
			parts = append(parts, bytes.NewReader(chunk[8:len(chunk)-4]))
		} else if len(parts) == 0 {
			out.Write(chunk)
		}
		rest = rest[len(chunk):]
	}
	unpacked, err := zlib.NewReader(&contextReader{in.context, io.MultiReader(parts...)})
	if err != nil {
		return err
	}
	packed, err := zlib.NewWriterLevel(pngChunks{out}, zlib.NoCompression)
	if err != nil {
		return err
	}
	if _, err := io.CopyN(packed, unpacked, row*int64(height)); err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	_, err = io.WriteString(out, pngEnd)
	return err
}

// pngChunks makes chunks of pixels of what is written.
type pngChunks struct{ out io.Writer }

func (c pngChunks) Write(data []byte) (int, error) {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	chunk = append(append(chunk, "IDAT"...), data...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	_, err := c.out.Write(chunk)
	return len(data), err
}

type contextReader struct {
	context context.Context
	io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.context.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// wholeChunk returns the chunk that data begins with, from its length to its
// checksum, and nil where data ends before it does.
func wholeChunk(data []byte) []byte {
	if len(data) < pngFrame {
		return nil
	}
	length := uint64(binary.BigEndian.Uint32(data))
	if length > uint64(len(data)-pngFrame) {
		return nil
	}
	return data[:pngFrame+length]
}

// upToPixels returns the file up to its last chunk of pixels, with an end of
// its own. Where the pixels are not whole it returns the file as it is.
func upToPixels(data []byte) []byte {
	pixels := 0
	for at := pngSignature; at+pngFrame <= len(data); {
		chunk := wholeChunk(data[at:])
		if chunk == nil {
			return data
		}
		at += len(chunk)
		if string(chunk[4:8]) == "IDAT" {
			pixels = at
		} else if pixels > 0 {
			break
		}
	}
	if pixels == 0 {
		return data
	}
	return append(slices.Clip(data[:pixels]), pngEnd...)
}
