package picture

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestTIFFLikePillow holds the kinds that this package reads itself to Pillow's
// pixels, or to those of docs/model.md's rule (tiffs.py).
func TestTIFFLikePillow(t *testing.T) {
	likePillow(t, "tiffs.json")
}

// tagged returns a TIFF, of 32 bits, with another first value of a tag.
func tagged(t *testing.T, data []byte, tag, value uint16) []byte {
	t.Helper()
	data = slices.Clone(data)
	order := byteOrder(data)
	directory := data[order.Uint32(data[4:]):]
	for i := range int(order.Uint16(directory)) {
		if entry := directory[2+12*i:]; order.Uint16(entry) == tag {
			order.PutUint16(entry[8:], value)
			return data
		}
	}
	t.Fatalf("no tag %d", tag)
	return nil
}

// TestTIFFKinds names what is not read.
func TestTIFFKinds(t *testing.T) {
	data := readTestdata(t, "tiff-zstd.tif")
	for value, want := range map[uint16]string{6: "old JPEG", 34712: "JPEG 2000", 34661: "JBIG", 50001: "WebP", 77: "compression 77"} {
		_, err := Decode(tagged(t, data, tiffCompression, value))
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("compression %d: %v", value, err)
		}
	}
	for value, want := range map[uint16]string{4: "a mask", 6: "YCbCr without JPEG", 8: "L*a*b*", 32803: "raw sensor", 99: "kind 99"} {
		_, err := Decode(tagged(t, data, tiffPhotometric, value))
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("colours %d: %v", value, err)
		}
	}
}

// TestTIFFCutShort refuses files whose pixels end too early, and strips and
// tiles that would cost what the picture does not say.
func TestTIFFCutShort(t *testing.T) {
	for name := range readPacked(t, "tiffs.json") {
		data := readTestdata(t, name)
		if _, err := Decode(data[:len(data)-len(data)/3]); err == nil {
			t.Errorf("two thirds of %s decode", name)
		}
	}
	tiles := readTestdata(t, "tiff-jpeg-tiles.tif")
	for _, tag := range []uint16{tiffTileWidth, tiffTileHeight} {
		if _, err := Decode(tagged(t, tiles, tag, 60000)); !errors.Is(err, ErrDamaged) {
			t.Errorf("tiles of 60000 pixels: %v", err)
		}
	}
	limited(t, Limits{MaxPixels: 1 << 30, Memory: 1 << 20})
	if _, err := Decode(tagged(t, readTestdata(t, "tiff-float.tif"), tiffWidth, 40000)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a picture 40000 pixels wide: %v", err)
	}
}

func FuzzTIFF(f *testing.F) { fuzzKind(f, "testdata/*.tif", "TIFF") }
