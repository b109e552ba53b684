package picture

import (
	"encoding/binary"
	"iter"

	"golang.org/x/image/webp"
)

func decodeWebP(_ *Decoder, data []byte) (*Picture, error) {
	m, err := decodeImage(data, webp.DecodeConfig, webp.Decode)
	if err != nil {
		return nil, err
	}
	return FromImage(m), nil
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
