package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"io"
	"regexp"
)

// orientationTag is EXIF's and TIFF's tag for how a picture is turned
// (EXIF 2.32, §4.6.4 A).
const orientationTag = 0x0112

// tags is what a file says beside its pixels, in the forms in which Pillow
// looks for how the picture is turned.
type tags struct {
	exif []byte // a TIFF structure, which JPEG's prefix may stand before
	xmp  []byte
}

var xmpOrientation = regexp.MustCompile(`tiff:Orientation(?:="|>)([0-9])`)

// orientation returns 1 to 8: what EXIF states, or else XMP; 1 for neither.
func (t tags) orientation() int {
	if value, stated := exifOrientation(bytes.TrimPrefix(t.exif, []byte(exifPrefix))); stated {
		return value
	}
	if found := xmpOrientation.FindSubmatch(t.xmp); found != nil {
		return soundOrientation(uint32(found[1][0] - '0'))
	}
	return 1
}

// exifOrientation returns the orientation that a TIFF structure states in its
// first directory, and whether it states one.
func exifOrientation(data []byte) (orientation int, stated bool) {
	order := byteOrder(data)
	if order == nil {
		return 1, false
	}
	start := uint64(order.Uint32(data[4:]))
	if start+2 > uint64(len(data)) {
		return 1, false
	}
	entries := data[start+2:]
	for range order.Uint16(data[start:]) {
		if len(entries) < 12 {
			return 1, false
		}
		if order.Uint16(entries) == orientationTag {
			return orientationValue(order, entries), true
		}
		entries = entries[12:]
	}
	return 1, false
}

// orientationValue reads one directory entry, which some cameras write as a
// LONG in place of a SHORT.
func orientationValue(order binary.ByteOrder, entry []byte) int {
	value := uint32(order.Uint16(entry[8:]))
	if order.Uint16(entry[2:]) == 4 {
		value = order.Uint32(entry[8:])
	}
	return soundOrientation(value)
}

func soundOrientation(value uint32) int {
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

// What the segments of a JPEG and the texts of a PNG begin with or are named.
const (
	exifPrefix = "Exif\x00\x00"
	xmpPrefix  = "http://ns.adobe.com/xap/1.0/\x00"
	pngEXIF    = "Raw profile type exif"
	pngXMP     = "XML:com.adobe.xmp"
)

// jpegOrientation reads the segments before the first scan. EXIF that is
// spread over several is put together.
func jpegOrientation(data []byte) int {
	const startOfScan, app1 = 0xda, 0xe1
	var t tags
	for data = data[2:]; len(data) >= 4 && data[0] == 0xff && data[1] != startOfScan; {
		if data[1] == 0xff { // fill byte
			data = data[1:]
			continue
		}
		length := 2 + int(binary.BigEndian.Uint16(data[2:]))
		if length < 4 || length > len(data) {
			break
		}
		if body := data[4:length]; data[1] == app1 {
			if exif, found := bytes.CutPrefix(body, []byte(exifPrefix)); found {
				t.exif = append(t.exif, exif...)
			} else if xmp, found := bytes.CutPrefix(body, []byte(xmpPrefix)); found {
				t.xmp = xmp
			}
		}
		data = data[length:]
	}
	return t.orientation()
}

// pngOrientation reads the eXIf chunk (PNG 3, §11.3.4.5), or EXIF in
// hexadecimal digits, as ImageMagick writes it, and XMP.
func pngOrientation(data []byte) int {
	var t, profile tags
	for data = data[8:]; len(data) >= 12; {
		length := uint64(binary.BigEndian.Uint32(data))
		if length+12 > uint64(len(data)) {
			break
		}
		switch kind, body := string(data[4:8]), data[8:8+length]; kind {
		case "eXIf":
			t.exif = body
		case "tEXt", "zTXt", "iTXt":
			name, text, _ := bytes.Cut(body, []byte{0})
			switch string(name) {
			case pngEXIF:
				profile.exif = rawProfile(pngText(kind, text))
			case pngXMP:
				t.xmp = pngText(kind, text)
			}
		}
		data = data[12+length:]
	}
	if t.exif == nil {
		t.exif = profile.exif
	}
	return t.orientation()
}

// pngText returns the text of a chunk of a kind, which stands behind its name.
func pngText(kind string, text []byte) []byte {
	compressed := kind == "zTXt"
	if kind == "iTXt" && len(text) >= 2 { // language and translated name follow
		compressed = text[0] == 1
		_, rest, _ := bytes.Cut(text[2:], []byte{0})
		_, text, _ = bytes.Cut(rest, []byte{0})
	} else if compressed {
		text = text[min(1, len(text)):]
	}
	if !compressed {
		return text
	}
	unpacked, err := zlib.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil
	}
	const longest = 1 << 20
	text, _ = io.ReadAll(io.LimitReader(unpacked, longest))
	return text
}

// rawProfile reads lines of an empty text, a name, a length and digits.
func rawProfile(text []byte) []byte {
	lines := bytes.SplitN(text, []byte("\n"), 4)
	if len(lines) < 4 {
		return nil
	}
	profile, _ := hex.DecodeString(string(bytes.ReplaceAll(lines[3], []byte("\n"), nil)))
	return profile
}

// webpOrientation reads the EXIF and XMP chunks.
func webpOrientation(data []byte) int {
	var t tags
	for c := range riffChunks(data[12:]) {
		switch c.name {
		case "EXIF":
			t.exif = c.data
		case "XMP ":
			t.xmp = c.data
		}
	}
	return t.orientation()
}

// tiffOrientation reads the first page's directory.
func tiffOrientation(data []byte) int {
	if bigOrder(data) != nil {
		tags, _, err := tiffTags(data)
		if numbers := tags[orientationTag].numbers; err == nil && len(numbers) > 0 {
			return soundOrientation(uint32(numbers[0]))
		}
		return 1
	}
	return tags{exif: data, xmp: tiffXMP(data)}.orientation()
}
