package picture

import (
	"context"

	"github.com/seetell/seetell/internal/sandbox"
)

// shortPixels is how large a picture is that takes a second or two to decode.
const shortPixels = 8 << 20

// decoderRun returns how a decoder runs: a picture that is known to be little
// work without looking all the time whether it is to end, several times as fast.
func decoderRun(m *sandbox.Module, little bool) func(context.Context, int64, func(*sandbox.Instance) error) error {
	if little {
		return m.RunShort
	}
	return m.Run
}

// littleHEVC tells whether an item's bytes are one picture of few slices, each
// of which may cost as much as the whole: units behind their lengths of size
// bytes (ISO/IEC 14496-15, §8.3.2; ITU-T H.265, 7.3.1 and 7.3.6.1).
func littleHEVC(data []byte, size int) bool {
	const most, firstNotPicture = 8, 32
	pictures, slices := 0, 0
	f := fields{rest: data}
	for len(f.rest) > 0 && !f.short {
		unit := f.bytes(int(f.number(size)))
		if len(unit) < 3 || unit[0]>>1&0x3f >= firstNotPicture {
			continue
		}
		slices++
		if unit[2]&0x80 != 0 {
			pictures++
		}
	}
	return !f.short && pictures == 1 && slices <= most
}

// littleAV1 tells whether an item's bytes are one frame: units with their
// lengths (AV1 specification, 5.3).
func littleAV1(data []byte) bool {
	const frameHeader, frame = 3, 6
	frames := 0
	f := fields{rest: data}
	for len(f.rest) > 0 && !f.short {
		head := f.number(1)
		if head&4 != 0 {
			f.number(1)
		}
		if head&2 == 0 { // without a length: all that is left
			f.rest = nil
		} else {
			f.bytes(int(f.sevens()))
		}
		if kind := head >> 3 & 0xf; kind == frameHeader || kind == frame {
			frames++
		}
	}
	return !f.short && frames == 1
}
