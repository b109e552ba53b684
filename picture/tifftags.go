package picture

import (
	"encoding/binary"
	"errors"
	"slices"
)

// rasterTags are those that are looked at.
var rasterTags = []uint16{
	orientationTag, tiffWidth, tiffHeight, tiffBits, tiffCompression, tiffPhotometric, tiffFillOrder, tiffStrips, tiffSamples, tiffRowsPerStrip,
	tiffStripBytes, tiffPlanes, tiffFaxOptions, tiffPredictor, tiffColourMap, tiffTileWidth, tiffTileHeight, tiffTiles, tiffTileBytes, tiffExtra,
	tiffSampleFormat, tiffJPEGTables, tiffXMPTag,
}

// tiffTag is an entry's numbers, or its bytes where it holds bytes.
type tiffTag struct {
	numbers []uint64
	bytes   []byte
}

// tiffTags reads the first directory of a TIFF or a BigTIFF.
func tiffTags(data []byte) (map[uint16]tiffTag, binary.ByteOrder, error) {
	order := byteOrder(data)
	big := order == nil
	if big {
		if order = bigOrder(data); order == nil {
			return nil, nil, errCut
		}
	}
	counts, entry, room := 2, 12, 4
	start := uint64(0)
	if big {
		counts, entry, room = 8, 20, 8
		start = order.Uint64(data[8:])
	} else {
		start = uint64(order.Uint32(data[4:]))
	}
	if start > uint64(len(data)) || uint64(len(data))-start < uint64(counts) {
		return nil, nil, errCut
	}
	list := data[start:]
	count := uint64(order.Uint16(list))
	if big {
		count = order.Uint64(list)
	}
	if list = list[counts:]; count > uint64(len(list)/entry) {
		return nil, nil, errCut
	}
	tags := map[uint16]tiffTag{}
	for i := range int(count) {
		e := list[i*entry:][:entry]
		tag := order.Uint16(e)
		if _, known := tags[tag]; known || !slices.Contains(rasterTags, tag) {
			continue
		}
		value, err := tiffValue(data, order, e, room)
		if err != nil {
			return nil, nil, err
		}
		tags[tag] = value
	}
	return tags, order, nil
}

// bigOrder returns the order of a BigTIFF, or nil.
func bigOrder(data []byte) binary.ByteOrder {
	switch {
	case len(data) < 16:
		return nil
	case prefix("II+\x00\x08\x00\x00\x00")(data):
		return binary.LittleEndian
	case prefix("MM\x00+\x00\x08\x00\x00")(data):
		return binary.BigEndian
	}
	return nil
}

// tiffValue reads an entry, whose values lie in its last room bytes, or where
// those say. Kinds other than integers are left as bytes.
func tiffValue(data []byte, order binary.ByteOrder, entry []byte, room int) (t tiffTag, err error) {
	size := map[uint16]uint64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}[order.Uint16(entry[2:])]
	count, values := uint64(order.Uint32(entry[4:])), entry[8:]
	if room == 8 {
		count, values = order.Uint64(entry[4:]), entry[12:]
	}
	if size == 0 || count > uint64(len(data))/size {
		if size == 0 {
			return t, nil
		}
		return t, errCut
	}
	if size*count > uint64(room) {
		at := uint64(order.Uint32(values))
		if room == 8 {
			at = order.Uint64(values)
		}
		if at > uint64(len(data)) || size*count > uint64(len(data))-at {
			return t, errCut
		}
		values = data[at:]
	}
	t.bytes = values[:size*count]
	if size == 1 {
		return t, nil
	}
	const most = 1 << 20
	if count > most {
		return t, errors.New("a list in its directory is too long")
	}
	switch order.Uint16(entry[2:]) {
	case 3, 4, 13, 16, 18:
		for i := range count {
			v := t.bytes[i*size:]
			switch size {
			case 2:
				t.numbers = append(t.numbers, uint64(order.Uint16(v)))
			case 4:
				t.numbers = append(t.numbers, uint64(order.Uint32(v)))
			case 8:
				t.numbers = append(t.numbers, order.Uint64(v))
			}
		}
	}
	return t, nil
}
