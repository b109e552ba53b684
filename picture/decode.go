package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"strings"
)

// MaxPixels is the largest picture that is decoded, by the size its header
// states, so that a small hostile file cannot ask for gigabytes.
const MaxPixels = 100_000_000

// Decode returns the picture in data, whose format is told by its first bytes:
// JPEG, PNG, GIF, WebP, BMP or TIFF. The EXIF orientation is applied; grey,
// palette, CMYK, 16-bit and transparent pictures become RGB; of an animation
// the first frame is taken. A file that is cut short is an error.
func Decode(data []byte) (*Picture, error) {
	return new(Decoder).Decode(data)
}

// Decoder decodes one picture after another into the same memory. The picture
// that it returns is overwritten by its next call. A Decoder serves one
// goroutine.
type Decoder struct {
	// AtLeast, unless zero, allows a JPEG to be scaled down while it is
	// decoded, as long as neither side falls below this many pixels. Faster,
	// but the pixels differ from those of the exact way.
	AtLeast int
	// Target, unless nil, takes the pixels of a JPEG of just its size, in place
	// of the decoder's memory.
	Target *Picture

	buffer  []uint8
	memory  codes
	plain   bool // leave JPEGs to libjpeg alone, for tests
	picture Picture
}

// Decode is the function of the same name, into the decoder's memory.
func (d *Decoder) Decode(data []byte) (p *Picture, err error) {
	f := sniff(data)
	if f == nil {
		return nil, unknown(data)
	}
	// A reader of a rare format that trips over a hostile file must not end
	// the program.
	defer func() {
		if trouble := recover(); trouble != nil {
			p, err = nil, fmt.Errorf("%s: damaged: %v", f.name, trouble)
		}
	}()
	p, err = f.decode(d, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, plain(f.name, err))
	}
	return p.orient(f.orientation(data)), nil
}

// format is one kind of picture file.
type format struct {
	name        string
	matches     func(data []byte) bool
	decode      func(d *Decoder, data []byte) (*Picture, error)
	orientation func(data []byte) int
}

var formats = []format{
	{"JPEG", prefix("\xff\xd8\xff"), (*Decoder).decodeJPEG, jpegOrientation},
	{"PNG", prefix("\x89PNG\r\n\x1a\n"), decodePNG, pngOrientation},
	{"GIF", prefix("GIF8"), decodeGIF, upright},
	{"WebP", func(data []byte) bool {
		return len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
	}, decodeWebP, webpOrientation},
	{"BMP", prefix("BM"), decodeBMP, upright},
	{"TIFF", func(data []byte) bool {
		return prefix("II*\x00")(data) || prefix("MM\x00*")(data)
	}, decodeTIFF, exifOrientation},
}

func prefix(text string) func([]byte) bool {
	return func(data []byte) bool { return bytes.HasPrefix(data, []byte(text)) }
}

func upright([]byte) int { return 1 }

func sniff(data []byte) *format {
	for i := range formats {
		if formats[i].matches(data) {
			return &formats[i]
		}
	}
	return nil
}

// unknown says what was found in place of a picture.
func unknown(data []byte) error {
	const known = "JPEG, PNG, GIF, WebP, BMP or TIFF"
	if len(data) == 0 {
		return errors.New("the file is empty: a picture was expected")
	}
	text := data[:min(len(data), 16)]
	return fmt.Errorf("not a picture (%s): %d bytes that begin with %q", known, len(data), text)
}

// errCut is returned for a file that ends before its picture does.
var errCut = errors.New("the file is cut short")

// plain replaces the readers' many ways of saying that the data ended and
// drops the format's name, which the caller puts first.
func plain(name string, err error) error {
	text := err.Error()
	for _, cut := range []string{"EOF", "not enough"} {
		if strings.Contains(text, cut) {
			return errCut
		}
	}
	if rest, found := strings.CutPrefix(text, strings.ToLower(name)+": "); found {
		return errors.New(rest)
	}
	return err
}

// checkSize refuses sizes that no picture has or that need too much memory.
func checkSize(width, height int) error {
	if width <= 0 || height <= 0 {
		return fmt.Errorf("the header states %d x %d pixels", width, height)
	}
	if int64(width)*int64(height) > MaxPixels {
		return fmt.Errorf("%d x %d pixels are more than the %d million that are decoded",
			width, height, MaxPixels/1_000_000)
	}
	return nil
}

// decodeImage decodes with a decoder of Go's, whose header reader is asked for
// the size first.
func decodeImage(data []byte, header func(io.Reader) (image.Config, error),
	decode func(io.Reader) (image.Image, error)) (image.Image, error) {
	config, err := header(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if err := checkSize(config.Width, config.Height); err != nil {
		return nil, err
	}
	m, err := decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return m, nil
}
