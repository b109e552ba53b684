package picture

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// limited sets the process's limits for a test.
func limited(t *testing.T, l Limits) {
	t.Helper()
	before := currentBudget().Limits
	SetLimits(l)
	t.Cleanup(func() { SetLimits(before) })
}

func segment(marker byte, body ...byte) []byte {
	return append([]byte{0xff, marker, 0, byte(len(body) + 2)}, body...)
}

// codeTable is a table of Huffman codes (T.81, B.2.4.2): one code of a bit for
// each symbol, of which there are none, or one.
func codeTable(class byte, symbols ...byte) []byte {
	lengths := make([]byte, 16)
	lengths[0] = byte(len(symbols))
	return segment(0xc4, slices.Concat([]byte{class}, lengths, symbols)...)
}

// greyJPEG is a JPEG of a channel, put together of its parts: a frame of a
// kind, code tables and scans.
func greyJPEG(kind byte, width, height int, rest ...[]byte) []byte {
	quantisation := segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)
	frame := segment(kind, 8, byte(height>>8), byte(height), byte(width>>8), byte(width), 1, 1, 0x11, 0)
	return slices.Concat(append([][]byte{{0xff, 0xd8}, quantisation, frame}, append(rest, []byte{0xff, 0xd9})...)...)
}

// scan reads coefficients from and to of the channel.
func scan(from, to byte, bits ...byte) []byte {
	return append(segment(0xda, 1, 1, 0, from, to, 0), bits...)
}

// flatJPEG is a grey picture in the fewest bytes: two bits of 0 for each block.
func flatJPEG(width, height int) []byte {
	blocks := (width + 7) / 8 * ((height + 7) / 8)
	return greyJPEG(0xc0, width, height, codeTable(0, 0), codeTable(0x10, 0), scan(0, 63, make([]byte, blocks/4+1)...))
}

// TestEmptyTables reads files without codes as libjpeg does, whatever was read
// before: such a table is not the same as none.
func TestEmptyTables(t *testing.T) {
	noAC := greyJPEG(0xc0, 8, 8, codeTable(0, 0), codeTable(0x10), scan(0, 63, 0))
	noDC := greyJPEG(0xc0, 8, 8, codeTable(0), codeTable(0x10, 0), scan(0, 63, 0, 0))
	want := slices.Repeat([]byte{128}, 8*8*3)
	for _, before := range [][]byte{nil, flatJPEG(8, 8), noAC, noDC, readTestdata(t, "420.jpg")} {
		for name, data := range map[string][]byte{"AC": noAC, "DC": noDC} {
			var d Decoder
			d.Decode(before)
			if p, err := d.Decode(data); err != nil || !bytes.Equal(p.Pixels, want) {
				t.Errorf("no %s codes, after %d bytes: %v, %v", name, len(before), p, err)
			}
			compareWays(t, &d, &Decoder{plain: true}, data)
		}
	}
}

// TestScansOfLargePicture refuses a file of few bytes that costs minutes.
func TestScansOfLargePicture(t *testing.T) {
	limited(t, Limits{MaxPixels: 200_000_000, Memory: 512 << 20})
	parts := [][]byte{codeTable(0, 0), codeTable(0x10, 0xe0), scan(0, 0, 0)}
	for range 490 {
		parts = append(parts, scan(1, 63, 0))
	}
	_, err := Decode(greyJPEG(0xc2, 12000, 10000, parts...))
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "more scans than") {
		t.Errorf("%v", err)
	}
	if _, err := Decode(greyJPEG(0xc2, 120, 100, parts...)); err != nil {
		t.Errorf("as many scans of a small picture: %v", err)
	}
}

// TestScaledJPEG halves a picture of more than 50 million pixels, and no other.
func TestScaledJPEG(t *testing.T) {
	limited(t, DefaultLimits())
	for _, test := range []struct{ width, height, wantWidth int }{{10000, 5000, 10000}, {10001, 5000, 5001}} {
		p, err := Decode(flatJPEG(test.width, test.height))
		if err != nil || p.Width != test.wantWidth || p.Pixels[len(p.Pixels)-1] != 128 {
			t.Errorf("%d x %d pixels: %v", test.width, test.height, err)
		}
	}
	var d Decoder
	for pixels, want := range map[int]int{199_000_000: 4, 201_000_000: 2, 801_000_000: 1} {
		if got := d.eighths(pixels/1000, 1000); got != want {
			t.Errorf("%d pixels are read at %d/8, want %d/8", pixels, got, want)
		}
	}
}

// TestTooLarge refuses, by the header alone, what takes more than is allowed.
func TestTooLarge(t *testing.T) {
	limited(t, Limits{MaxPixels: 1_000_000, Memory: 3_000_000})
	progressive := func(width, height int) []byte { return greyJPEG(0xc2, width, height, scan(0, 0)) }
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"pixels", flatJPEG(1001, 1000), "1001 x 1000 pixels are more than the 1 million"},
		{"pixels in memory", flatJPEG(1000, 1000), "1000 x 1000 pixels of this kind take 5 MB to decode, more than the 3 MB"},
		{"coefficients", progressive(700, 700), "take 4 MB"}, // 1.5 of pixels, 1 of coefficients, working memory
		{"turned", withOrientation(flatJPEG(800, 700), 6), "take 5 MB"},
		{"PNG of 16 bits", encoded(t, png.Encode, image.NewNRGBA64(image.Rect(0, 0, 700, 700))), "take 6 MB"},
		{"thin", encoded(t, png.Encode, image.NewGray(image.Rect(0, 0, 1, 300_000))), "1 x 300000 pixels of this kind take 7 MB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode(test.data)
			var large *TooLargeError
			if !errors.Is(err, ErrTooLarge) || !errors.As(err, &large) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
	if _, err := Decode(flatJPEG(700, 700)); err != nil {
		t.Errorf("a picture within the limits: %v", err)
	}
}

// withOrientation puts an EXIF segment into a JPEG.
func withOrientation(data []byte, orientation byte) []byte {
	exif := append([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"), orientation, 0, 0, 0, 0, 0, 0)
	return slices.Concat(data[:2], segment(0xe1, exif...), data[2:])
}

func encoded(t *testing.T, encode func(io.Writer, image.Image) error, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestReckoned decodes pictures of all kinds that Go writes and wants them to
// take no more than was reckoned.
func TestReckoned(t *testing.T) {
	bounds := image.Rect(0, 0, 900, 700)
	palette := image.NewPaletted(bounds, color.Palette{color.Black, color.White})
	asGIF := func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) }
	for name, data := range map[string][]byte{
		"PNG, grey": encoded(t, png.Encode, image.NewGray(bounds)), "PNG, grey of 16 bits": encoded(t, png.Encode, image.NewGray16(bounds)),
		"PNG, palette": encoded(t, png.Encode, palette), "PNG, colours": encoded(t, png.Encode, image.NewRGBA(bounds)),
		"PNG, clear": encoded(t, png.Encode, image.NewNRGBA(bounds)), "PNG, of 16 bits": encoded(t, png.Encode, image.NewRGBA64(bounds)),
		"GIF": encoded(t, asGIF, palette), "BMP": encoded(t, bmp.Encode, image.NewNRGBA(bounds)), "BMP, palette": encoded(t, bmp.Encode, palette),
		"JPEG": flatJPEG(900, 700), "JPEG, turned": withOrientation(flatJPEG(900, 700), 8),
	} {
		t.Run(name, func(t *testing.T) {
			in, _, err := sniff(data).read(new(Decoder), t.Context(), data)
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err = Decode(data)
			runtime.ReadMemStats(&after)
			const readers = 1 << 20 // tables and buffers of their own
			if took := int64(after.TotalAlloc - before.TotalAlloc); err != nil || took > in.header.memory+readers {
				t.Errorf("%d bytes taken, %d reckoned: %v", took, in.header.memory, err)
			}
		})
	}
}

// TestBudgetShared lets a second picture wait until the first is done with,
// and its wait end with its context.
func TestBudgetShared(t *testing.T) {
	data := flatJPEG(1000, 1000)
	limited(t, Limits{MaxPixels: 1_000_000, Memory: 6_000_000})
	err := new(Decoder).Use(t.Context(), data, func(*Picture) error {
		short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if _, err := DecodeContext(short, data); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second picture beside the first: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := DecodeContext(t.Context(), data); err != nil {
		t.Errorf("a second picture after the first: %v", err)
	}
}

// TestDecodeEnds ends a decode in its middle, of each reader, with its context.
func TestDecodeEnds(t *testing.T) {
	var parts [][]byte
	parts = append(parts, codeTable(0, 0), codeTable(0x10, 0xe0))
	for range 30 {
		parts = append(parts, scan(0, 0, 0), scan(1, 63, 0))
	}
	for name, data := range map[string][]byte{
		"JPEG":            greyJPEG(0xc2, 16000, 8000, parts...),
		"PNG":             encoded(t, png.Encode, image.NewRGBA(image.Rect(0, 0, 6000, 6000))),
		"WebP":            hugeWebP(6500, 6500),
		"TIFF":            stripTIFF(t, 6500, 6500, tiffDeflate, 8),
		"TIFF, Zstandard": stripTIFF(t, 6500, 6500, tiffZstandard, 8),
	} {
		t.Run(name, func(t *testing.T) {
			took := time.Minute
			for try := 0; try < 3 && took > time.Second; try++ { // beside other work a try may be slow
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
				start := time.Now()
				_, err := DecodeContext(ctx, data)
				cancel()
				if took = time.Since(start); !errors.Is(err, context.DeadlineExceeded) {
					t.Fatalf("%v after %v", err, took)
				}
			}
			if took > time.Second {
				t.Errorf("it took %v to end", took)
			}
		})
	}
}

// TestCropOfThin prepares a picture whose shorter side is enlarged 256 times,
// in the memory of what is seen of it.
func TestCropOfThin(t *testing.T) {
	p := DefaultPreprocessing()
	p.Mode = Crop
	thin := New(1, 1_000_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p.Apply(thin)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Errorf("%d bytes", took)
	}
}

// TestInTurn lets large files wait for each other, and small ones pass.
func TestInTurn(t *testing.T) {
	limited(t, Limits{MaxPixels: 1_000_000, Memory: 20 << 20})
	err := InTurn(t.Context(), 12<<20, func() error {
		short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if err := InTurn(short, 9<<20, func() error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second large file beside the first: %v", err)
		}
		return InTurn(t.Context(), 1<<20, func() error { return nil })
	})
	if err != nil {
		t.Error(err)
	}
	if err := InTurn(t.Context(), 9<<20, func() error { return io.EOF }); !errors.Is(err, io.EOF) {
		t.Errorf("a file after the others: %v", err)
	}
}

// TestReadHoldsOnce reads a large file into memory of its size.
func TestReadHoldsOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.jpg")
	data := append(flatJPEG(8, 8), make([]byte, 20<<20)...)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := Read(file)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; err != nil || len(got) != len(data) || took > uint64(len(data))+1<<20 {
		t.Errorf("%d bytes of %d in %d of memory: %v", len(got), len(data), took, err)
	}
}

// TestStripOfTIFF: a strip that holds all of a compressed TIFF is reckoned.
func TestStripOfTIFF(t *testing.T) {
	var one bytes.Buffer
	if err := tiff.Encode(&one, image.NewNRGBA64(image.Rect(0, 0, 600, 500)), &tiff.Options{Compression: tiff.Deflate}); err != nil {
		t.Fatal(err)
	}
	in, _, err := sniff(one.Bytes()).read(new(Decoder), t.Context(), one.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if least := int64(600 * 500 * (8 + 3*8)); in.header.memory < least {
		t.Errorf("%d bytes are reckoned, want %d at least", in.header.memory, least)
	}
}

// hugeWebP is a frame of lossy WebP of one colour, whose macroblocks take no
// bits: all of it is read before any is decoded.
func hugeWebP(width, height int) []byte {
	frame := []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a}
	frame = binary.LittleEndian.AppendUint16(frame, uint16(width))
	frame = binary.LittleEndian.AppendUint16(frame, uint16(height))
	first := width * height / 256 / 2
	size := uint32(first) << 5
	frame[0], frame[1], frame[2] = byte(size)|0x10, byte(size>>8), byte(size>>16)
	frame = append(frame, make([]byte, first+width*height/256)...)
	return riffFile(chunk{"VP8 ", frame})
}

// stripTIFF is a picture of zeros in a single strip.
func stripTIFF(t *testing.T, width, height int, compression uint16, bits uint16) []byte {
	t.Helper()
	var strip bytes.Buffer
	var packer io.WriteCloser
	switch compression {
	case tiffDeflate:
		packer = zlib.NewWriter(&strip)
	case tiffZstandard:
		var err error
		if packer, err = zstd.NewWriter(&strip); err != nil {
			t.Fatal(err)
		}
	}
	line := make([]byte, width*int(bits)/8)
	for range height {
		if _, err := packer.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := packer.Close(); err != nil {
		t.Fatal(err)
	}
	little := binary.LittleEndian
	file := little.AppendUint32([]byte("II*\x00"), 8)
	tags := [][2]uint32{{tiffWidth, uint32(width)}, {tiffHeight, uint32(height)}, {tiffBits, uint32(bits)}, {259, uint32(compression)},
		{262, 1}, {tiffStrips, 0}, {277, 1}, {tiffRowsPerStrip, uint32(height)}, {tiffStripBytes, uint32(strip.Len())}}
	file = little.AppendUint16(file, uint16(len(tags)))
	for _, tag := range tags {
		if tag[0] == tiffStrips {
			tag[1] = uint32(8 + 2 + 12*len(tags) + 4)
		}
		file = little.AppendUint16(file, uint16(tag[0]))
		file = little.AppendUint16(file, 4)
		file = little.AppendUint32(file, 1)
		file = little.AppendUint32(file, tag[1])
	}
	return append(append(file, 0, 0, 0, 0), strip.Bytes()...)
}
