package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDecodeErrors(t *testing.T) {
	huge := slices.Clone(readTestdata(t, "rgb.png"))
	binary.BigEndian.PutUint32(huge[16:], 20000)
	binary.BigEndian.PutUint32(huge[20:], 20000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	hugeJPEG := slices.Clone(readTestdata(t, "420.jpg"))
	frame := bytes.Index(hugeJPEG, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(hugeJPEG[frame+5:], 20000)
	binary.BigEndian.PutUint16(hugeJPEG[frame+7:], 20000)
	twelveBits := slices.Clone(readTestdata(t, "420.jpg"))
	twelveBits[frame+4] = 12
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "the file is empty: a picture was expected"},
		{"text", []byte("<!DOCTYPE html><html>"), "but a web page: was the download refused?"},
		{"words", []byte("root:x:0:0:root"), "not a picture (JPEG, PNG, GIF, WebP, HEIC, AVIF, BMP or TIFF): it looks like text/plain"},
		{"bytes", []byte("\x00\x01\x02\x03"), "not a picture (JPEG, PNG, GIF, WebP, HEIC, AVIF, BMP or TIFF)"},
		{"JPEG 2000", []byte("\x00\x00\x00\x0cjP  \r\n\x87\n"), "JPEG 2000 pictures are not read: convert it"},
		{"HEIC start alone", []byte("\x00\x00\x00\x1cftypheic\x00\x00"), "HEIC: the file is cut short"},
		{"AVIF start alone", []byte("\x00\x00\x00\x1cftypavif\x00\x00"), "AVIF: the file is cut short"},
		{"SVG", []byte("<?xml version='1.0'?>\n<svg width='3'"), "SVG pictures are not read"},
		{"PNG header over the limit", huge, "PNG: 20000 x 20000 pixels are more than the 200 million that are decoded"},
		{"JPEG header over the limit", hugeJPEG, "JPEG: 20000 x 20000 pixels are more than the 200 million that are decoded"},
		{"JPEG of 12 bits", twelveBits, "JPEG: Unsupported JPEG data precision 12"},
		{"JPEG start alone", []byte("\xff\xd8\xff"), "JPEG: the file is cut short"},
		{"WebP without picture", riffFile(chunk{"EXIF", nil}), "WebP: it holds no picture"},
		{"BMP of no header", append([]byte("BM"), make([]byte, 60)...), "BMP: a header of 0 bytes is not supported"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode(test.data)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("error of more than a line: %q", err)
			}
		})
	}
}

// TestDecodeCutShort cuts every kind of picture in two.
func TestDecodeCutShort(t *testing.T) {
	for name := range readGolden(t) {
		data := readTestdata(t, name)
		if kind := filepath.Ext(name); strings.HasPrefix(name, "animated") || kind == ".tif" {
			continue // the first frame, or the list of entries at the end, may be whole
		}
		if p, err := Decode(data[:len(data)/2]); err == nil {
			t.Errorf("half of %s decodes to %d x %d pixels", name, p.Width, p.Height)
		}
	}
	data := readTestdata(t, "420.jpg")
	if p, err := Decode(data[:len(data)-2]); err == nil || err.Error() != "JPEG: the file is cut short" {
		t.Errorf("%v, %v, want an error that says cut short", p, err)
	}
}

func TestDecodeTooManyScans(t *testing.T) {
	data := readTestdata(t, "progressive.jpg")
	scan := bytes.LastIndex(data, []byte{0xff, 0xda})
	end := len(data) - 2
	many := append(slices.Clone(data[:end]), bytes.Repeat(data[scan:end], 600)...)
	if _, err := Decode(append(many, data[end:]...)); err == nil || !strings.Contains(err.Error(), "more than 500 scans") {
		t.Errorf("error %v, want one about the number of scans", err)
	}
}

func TestDecoderReusesMemory(t *testing.T) {
	var d Decoder
	for _, name := range []string{"420.jpg", "rgb.png", "exif6.jpg", "420.jpg"} {
		got, err := d.Decode(readTestdata(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if want := readGolden(t)[name]; !bytes.Equal(got.Pixels, want.Pixels) {
			t.Errorf("%s: pixels differ", name)
		}
	}
}

func TestDecoderTarget(t *testing.T) {
	want := readGolden(t)["420.jpg"]
	d := Decoder{Target: New(27, 17)}
	for range 2 {
		p, err := d.Decode(readTestdata(t, "420.jpg"))
		if err != nil {
			t.Fatal(err)
		}
		if fits := d.Target.Width == p.Width; fits != (p == d.Target) || !bytes.Equal(p.Pixels, want.Pixels) {
			t.Errorf("target %d pixels wide: taken %v, or pixels differ", d.Target.Width, p == d.Target)
		}
		new(Resizer).Resize(p, p.Bounds(), 27, 17, p.Pixels)
		d.Target = New(17, 27)
	}
}

func TestDecoderAtLeast(t *testing.T) {
	for _, test := range []struct{ atLeast, width, height int }{
		{0, 27, 17}, {17, 27, 17}, {9, 27, 17}, {8, 14, 9}, {4, 7, 5}, {1, 4, 3},
	} {
		d := Decoder{AtLeast: test.atLeast}
		p, err := d.Decode(readTestdata(t, "420.jpg"))
		if err != nil {
			t.Fatal(err)
		}
		if p.Width != test.width || p.Height != test.height {
			t.Errorf("AtLeast %d: %d x %d pixels, want %d x %d", test.atLeast, p.Width, p.Height, test.width, test.height)
		}
	}
}

func TestFromImage(t *testing.T) {
	for _, test := range []struct {
		name  string
		pixel color.Color
		want  [3]uint8
	}{
		{"grey", color.Gray{77}, [3]uint8{77, 77, 77}},
		{"grey of 16 bits", color.Gray16{257*77 + 128}, [3]uint8{77, 77, 77}},
		{"clear", color.NRGBA{10, 20, 30, 0}, [3]uint8{255, 255, 255}},
		{"half clear", color.NRGBA{0, 100, 255, 128}, [3]uint8{127, 177, 255}},
		{"premultiplied", color.RGBA{0, 50, 128, 128}, [3]uint8{127, 177, 255}},
		{"16 bits", color.NRGBA64{257 * 10, 257*20 + 129, 65535, 65535}, [3]uint8{10, 21, 255}},
		{"inks", color.CMYK{0, 255, 128, 0}, [3]uint8{255, 0, 127}},
		{"black ink", color.CMYK{0, 0, 0, 255}, [3]uint8{0, 0, 0}},
		{"video", color.YCbCr{128, 128, 128}, [3]uint8{128, 128, 128}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for kind, m := range images(test.pixel) {
				p := FromImage(m)
				if p.Width != 2 || p.Height != 1 || [3]uint8(p.Pixels[3:]) != test.want {
					t.Errorf("%s: %d x %d pixels %v, want %v", kind, p.Width, p.Height, p.Pixels, test.want)
				}
			}
		})
	}
}

// images returns pictures of 2 x 1 equal pixels, whose bounds do not begin at
// zero.
func images(c color.Color) map[string]image.Image {
	bounds := image.Rect(3, 4, 5, 5)
	found := map[string]image.Image{"paletted": &image.Paletted{Pix: []uint8{0, 0}, Stride: 2, Rect: bounds, Palette: color.Palette{c}}}
	switch c := c.(type) {
	case color.Gray:
		found["own"] = &image.Gray{Pix: []uint8{c.Y, c.Y}, Stride: 2, Rect: bounds}
	case color.NRGBA:
		found["own"] = &image.NRGBA{Pix: []uint8{c.R, c.G, c.B, c.A, c.R, c.G, c.B, c.A}, Stride: 8, Rect: bounds}
	case color.NRGBA64:
		m := image.NewNRGBA64(bounds)
		m.SetNRGBA64(4, 4, c)
		found["own"] = m
	case color.RGBA:
		found["own"] = &image.RGBA{Pix: []uint8{c.R, c.G, c.B, c.A, c.R, c.G, c.B, c.A}, Stride: 8, Rect: bounds}
	case color.CMYK:
		found["own"] = &image.CMYK{Pix: []uint8{c.C, c.M, c.Y, c.K, c.C, c.M, c.Y, c.K}, Stride: 8, Rect: bounds}
	case color.YCbCr:
		found["own"] = &image.YCbCr{Y: []uint8{c.Y, c.Y}, Cb: []uint8{c.Cb, c.Cb}, Cr: []uint8{c.Cr, c.Cr}, YStride: 2, CStride: 2, Rect: bounds}
	}
	return found
}

func TestImageRoundTrip(t *testing.T) {
	p := &Picture{Width: 2, Height: 1, Pixels: []uint8{1, 2, 3, 4, 5, 6}}
	if got := FromImage(p.Image()); !bytes.Equal(got.Pixels, p.Pixels) {
		t.Errorf("pixels %v, want %v", got.Pixels, p.Pixels)
	}
}

// FuzzDecode looks for inputs that end the program; what is refused with an
// error is well.
func FuzzDecode(f *testing.F) {
	for name := range readGolden(f) {
		f.Add(readTestdata(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Decode(data)
		if err == nil && (p.Width < 1 || p.Height < 1 || len(p.Pixels) != p.Width*p.Height*3) {
			t.Errorf("%d x %d pixels in %d bytes", p.Width, p.Height, len(p.Pixels))
		}
	})
}
