package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"strings"
	"sync"
)

// Decode returns the picture in data, whose format is told by its first bytes:
// JPEG, PNG, GIF, WebP, HEIC, AVIF, BMP or TIFF. The EXIF orientation is applied; grey,
// palette, CMYK, 16-bit and transparent pictures become RGB; of an animation
// the first frame is taken. A file that is cut short is an error, and so is
// one over the process's Limits.
func Decode(data []byte) (*Picture, error) {
	return new(Decoder).Decode(data)
}

// DecodeContext is Decode, and returns ctx's error once ctx ends.
func DecodeContext(ctx context.Context, data []byte) (*Picture, error) {
	return new(Decoder).decode(ctx, data)
}

// Decoder decodes one picture after another into the same memory. A Decoder
// serves one goroutine.
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

// Decode is the function of the same name, into the decoder's memory: the
// picture is overwritten by its next call.
func (d *Decoder) Decode(data []byte) (p *Picture, err error) {
	return d.decode(context.Background(), data)
}

func (d *Decoder) decode(ctx context.Context, data []byte) (p *Picture, err error) {
	err = d.Use(ctx, data, func(decoded *Picture) error { p = decoded; return nil })
	return p, err
}

// Use calls use with the picture in data, and returns its error. It waits
// until the process's Limits leave memory for the picture, and holds that
// memory until use returns. Once ctx ends it returns ctx's error, also in the
// middle of decoding.
func (d *Decoder) Use(ctx context.Context, data []byte, use func(*Picture) error) error {
	if ctx == nil || use == nil {
		return errors.New("a picture's use needs a context, and what is done with it")
	}
	f := sniff(data)
	if f == nil {
		return unknown(data)
	}
	in, orientation, err := f.read(d, ctx, data)
	if err != nil {
		return err
	}
	limits := currentBudget()
	if err := limits.check(in.header); err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	giveBack, err := limits.take(ctx, in.header.memory)
	if err != nil {
		return err
	}
	defer in.after(giveBack)
	p, err := f.pixels(d, in)
	if err != nil {
		return err
	}
	return use(p.orient(orientation))
}

// format is one kind of picture file.
type format struct {
	name        string
	matches     func(data []byte) bool
	header      func(d *Decoder, data []byte) (header, error)
	decode      func(d *Decoder, in input) (*Picture, error)
	orientation func(data []byte) int
}

// header is what the beginning of a file says of its picture.
type header struct {
	width, height int         // as stored
	out           image.Point // as decoded, before it is turned upright
	eighths       int         // the scale of the one to the other, for JPEG
	memory        int64       // bytes that all of it takes, of pixels too
}

func (h header) pixels() int64 { return int64(h.width) * int64(h.height) }

// sized returns the header of a picture that takes so many bytes a pixel while
// it is decoded, its three of RGB among them.
func sized(width, height int, perPixel int64) header {
	h := header{width: width, height: height, out: image.Pt(width, height)}
	h.memory = saturated(h.pixels(), perPixel)
	return h
}

// headerOf asks a reader of Go's for the size.
func headerOf(data []byte, config func(io.Reader) (image.Config, error), perPixel int64) (header, error) {
	c, err := config(bytes.NewReader(data))
	return sized(c.Width, c.Height, perPixel), err
}

// saturated returns a product, or as much as no machine has.
func saturated(a, b int64) int64 {
	const most = math.MaxInt64 / 8
	if a > 0 && b > most/a {
		return most
	}
	return a * b
}

// rest adds what is done with the decoded picture: turning it, and resizing,
// which takes weights for each row and column, and a picture between its two
// passes, the first of which shortens the longer side.
func (h *header) rest(orientation int) {
	const weights, between = 16, 2 * 3 * 256
	h.memory += saturated(int64(h.out.X)+int64(h.out.Y), weights)
	h.memory += saturated(int64(min(h.out.X, h.out.Y)), between)
	if orientation > 1 {
		h.memory += saturated(int64(h.out.X)*int64(h.out.Y), 3)
	}
}

// input is a file that is decoded until its context ends.
type input struct {
	context context.Context
	data    []byte
	header  header
	behind  *sync.WaitGroup // what goes on once the context has ended
}

// reader reads the file for a decoder of Go's, up to the context's end.
func (in input) reader() io.Reader { return &reader{in.context, bytes.NewReader(in.data)} }

type reader struct {
	context context.Context
	*bytes.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.context.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

func (r *reader) ReadAt(p []byte, at int64) (int, error) {
	if err := r.context.Err(); err != nil {
		return 0, err
	}
	return r.Reader.ReadAt(p, at)
}

// read reads the header and how the picture is turned.
func (f *format) read(d *Decoder, ctx context.Context, data []byte) (in input, orientation int, err error) {
	defer f.catch(&err)
	in = input{context: ctx, data: data, behind: new(sync.WaitGroup)}
	if in.header, err = f.header(d, data); err != nil {
		return in, 0, f.explain(ctx, err)
	}
	orientation = f.orientation(data)
	in.header.rest(orientation)
	return in, orientation, nil
}

// pixels decodes.
func (f *format) pixels(d *Decoder, in input) (p *Picture, err error) {
	defer f.catch(&err)
	p, err = f.decode(d, in)
	return p, f.explain(in.context, err)
}

// catch makes an error of a panic: a reader of a rare format that trips over a
// hostile file must not end the program.
func (f *format) catch(err *error) {
	if trouble := recover(); trouble != nil {
		*err = as(ErrDamaged, fmt.Errorf("%s: damaged: %v", f.name, trouble))
	}
}

// explain names the format and the cause of a reader's error.
func (f *format) explain(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return fmt.Errorf("%s: %w", f.name, as(causeOf(err), plain(f.name, err)))
}

// causeOf returns ErrUnsupported where a reader says that it does not read
// such a file, else ErrDamaged.
func causeOf(err error) error {
	if errors.Is(err, ErrUnsupported) || strings.Contains(strings.ToLower(err.Error()), "unsupported") {
		return ErrUnsupported
	}
	return ErrDamaged
}

var formats = []format{
	{"JPEG", prefix("\xff\xd8\xff"), (*Decoder).headerJPEG, (*Decoder).decodeJPEG, jpegOrientation},
	{"PNG", prefix("\x89PNG\r\n\x1a\n"), headerPNG, decodePNG, pngOrientation},
	{"GIF", prefix("GIF8"), headerGIF, decodeGIF, upright},
	{"WebP", func(data []byte) bool {
		return len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
	}, headerWebP, decodeWebP, webpOrientation},
	{"BMP", func(data []byte) bool { return prefix("BM")(data) || isDIB(data) }, headerBMP, decodeBMP, upright},
	{"AVIF", isAVIF, headerAVIF, decodeAVIF, heifOrientation},
	{"HEIC", isHEIC, headerHEIC, decodeHEIC, heifOrientation},
	{"TIFF", func(data []byte) bool {
		return prefix("II*\x00")(data) || prefix("MM\x00*")(data) || bigOrder(data) != nil
	}, headerTIFF, decodeTIFF, tiffOrientation},
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
