package column

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// The most that a codec makes of a byte: a page that says more is damaged.
const (
	snappyRatio = 22
	lz4Ratio    = 255
	gzipRatio   = 1032
)

// decompress appends the compressed bytes' size bytes to buffer, which may
// grow. No codec's size is believed: memory is taken as bytes come, or as many
// as can come at most.
func (p *page) decompress(buffer, compressed []byte, size int) ([]byte, error) {
	if size == 0 && len(compressed) == 0 {
		return buffer, nil
	}
	var err error
	switch codec := p.codec.CompressionCodec(); codec {
	case format.Snappy:
		buffer, err = p.snappy(buffer, compressed, size)
	case format.Lz4Raw:
		if err = likely(size, len(compressed), lz4Ratio); err == nil {
			buffer, err = lz4Block(buffer, compressed, size)
		}
	case format.Gzip:
		if err = likely(size, len(compressed), gzipRatio); err == nil {
			var reader *gzip.Reader
			if reader, err = gzip.NewReader(bytes.NewReader(compressed)); err == nil {
				buffer, err = fill(buffer, reader, size)
			}
		}
	case format.Zstd:
		buffer, err = zstdFrames(buffer, compressed, size)
	case format.Brotli:
		buffer, err = fill(buffer, brotli.NewReader(bytes.NewReader(compressed)), size)
	default:
		return buffer, fmt.Errorf("compression %v is not read; write the file with snappy or zstd", codec)
	}
	if err != nil {
		return buffer, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return buffer, nil
}

var errSize = errors.New("it holds another number of bytes than its header says")

// likely returns an error where a codec cannot make so much of so little.
func likely(size, compressed, ratio int) error {
	if size > 64+ratio*compressed {
		return errSize
	}
	return nil
}

// snappy decompresses at once. Its own length is looked at first, since a
// damaged one would have gigabytes allocated.
func (p *page) snappy(buffer, compressed []byte, size int) ([]byte, error) {
	if own, _ := binary.Uvarint(compressed); own != uint64(size) {
		return buffer, errSize
	}
	if err := likely(size, len(compressed), snappyRatio); err != nil {
		return buffer, err
	}
	buffer, values := extend(buffer, size)
	out, err := p.codec.Decode(values, compressed)
	switch {
	case err != nil:
		return buffer, err
	case len(out) != size:
		return buffer, errSize
	case size > 0 && &out[0] != &values[0]:
		copy(values, out)
	}
	return buffer, nil
}

func lz4Block(buffer, compressed []byte, size int) ([]byte, error) {
	buffer, values := extend(buffer, size)
	n, err := lz4.UncompressBlock(compressed, values)
	if err == nil && n != size {
		err = errSize
	}
	return buffer, err
}

// zstdFrames decompresses frames whose window is no larger than what they hold.
func zstdFrames(buffer, compressed []byte, size int) ([]byte, error) {
	window := uint64(1) << max(20, bits.Len(uint(size)))
	reader, err := zstd.NewReader(bytes.NewReader(compressed), zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(min(window, 1<<27)))
	if err != nil {
		return buffer, err
	}
	defer reader.Close()
	return fill(buffer, reader, size)
}

// fill appends all of reader, which must have size bytes, to buffer. Reading
// to the end has the codec look at its checksum.
func fill(buffer []byte, reader io.Reader, size int) ([]byte, error) {
	want := len(buffer) + size
	for len(buffer) < want {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, 0)[:len(buffer)] // grows by parts of itself
		}
		n, err := reader.Read(buffer[len(buffer):min(cap(buffer), want)])
		buffer = buffer[:len(buffer)+n]
		if errors.Is(err, io.EOF) && len(buffer) < want {
			return buffer, errSize
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return buffer, err
		}
	}
	var more [1]byte
	for {
		switch n, err := reader.Read(more[:]); {
		case n > 0:
			return buffer, errSize
		case errors.Is(err, io.EOF):
			return buffer, nil
		case err != nil:
			return buffer, err
		}
	}
}

// extend returns the buffer with size more bytes, and these.
func extend(buffer []byte, size int) (all, added []byte) {
	n := len(buffer)
	if cap(buffer)-n < size {
		grown := make([]byte, n, n+size+size/8)
		copy(grown, buffer)
		buffer = grown
	}
	all = buffer[:n+size]
	return all, all[n:]
}
