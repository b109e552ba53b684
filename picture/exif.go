package picture

import (
	"bytes"
	"encoding/binary"
)

// orientationTag is EXIF's and TIFF's tag for how a picture is turned
// (EXIF 2.32, §4.6.4 A).
const orientationTag = 0x0112

// exifOrientation returns the orientation, 1 to 8, that a TIFF structure
// states in its first directory; 1 where it states none.
func exifOrientation(data []byte) int {
	order := byteOrder(data)
	if order == nil {
		return 1
	}
	start := uint64(order.Uint32(data[4:]))
	if start+2 > uint64(len(data)) {
		return 1
	}
	entries := data[start+2:]
	for range order.Uint16(data[start:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == orientationTag {
			return orientationValue(order, entries)
		}
		entries = entries[12:]
	}
	return 1
}

// orientationValue reads one directory entry, which some cameras write as a
// LONG in place of a SHORT.
func orientationValue(order binary.ByteOrder, entry []byte) int {
	value := uint32(order.Uint16(entry[8:]))
	if order.Uint16(entry[2:]) == 4 {
		value = order.Uint32(entry[8:])
	}
	if value < 1 || value > 8 {
		return 1
	}
	return int(value)
}

// byteOrder returns the order that a TIFF header of 8 bytes states, or nil.
func byteOrder(data []byte) binary.ByteOrder {
	switch {
	case len(data) < 8:
		return nil
	case prefix("II*\x00")(data):
		return binary.LittleEndian
	case prefix("MM\x00*")(data):
		return binary.BigEndian
	}
	return nil
}

// jpegOrientation reads the EXIF segment before the first scan.
func jpegOrientation(data []byte) int {
	const startOfScan, app1 = 0xda, 0xe1
	for data = data[2:]; len(data) >= 4 && data[0] == 0xff && data[1] != startOfScan; {
		if data[1] == 0xff { // fill byte
			data = data[1:]
			continue
		}
		length := 2 + int(binary.BigEndian.Uint16(data[2:]))
		if length < 4 || length > len(data) {
			return 1
		}
		if exif, found := bytes.CutPrefix(data[4:length], []byte("Exif\x00\x00")); found && data[1] == app1 {
			return exifOrientation(exif)
		}
		data = data[length:]
	}
	return 1
}

// pngOrientation reads the eXIf chunk (PNG 3, §11.3.4.5).
func pngOrientation(data []byte) int {
	for data = data[8:]; len(data) >= 12; {
		length := uint64(binary.BigEndian.Uint32(data))
		if length+12 > uint64(len(data)) {
			return 1
		}
		if string(data[4:8]) == "eXIf" {
			return exifOrientation(data[8 : 8+length])
		}
		data = data[12+length:]
	}
	return 1
}

// webpOrientation reads the EXIF chunk, which some writers begin with JPEG's
// prefix.
func webpOrientation(data []byte) int {
	for c := range riffChunks(data[12:]) {
		if c.name == "EXIF" {
			return exifOrientation(bytes.TrimPrefix(c.data, []byte("Exif\x00\x00")))
		}
	}
	return 1
}
