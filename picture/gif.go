package picture

import (
	"compress/lzw"
	"encoding/binary"
	"errors"
	"image"
	"io"
)

// gifFrame is the first frame of a GIF (GIF89a, §18 to §22), with what of its
// surroundings is needed.
type gifFrame struct {
	canvas     image.Point
	part       image.Rectangle
	palette    [][3]uint8
	clear      int // the index that nothing is drawn for, or -1
	interlaced bool
	codes      []byte // from the size of a code on
}

// readGIF reads up to the first frame's codes. Where the frame reaches beyond
// the screen, the screen grows, as in Pillow.
func readGIF(data []byte) (g gifFrame, err error) {
	f := &fields{rest: data}
	f.bytes(6)
	g.canvas, g.clear = image.Pt(f.little(), f.little()), -1
	flags := f.number(1)
	f.bytes(2)
	g.palette = f.palette(flags)
	for !f.short {
		switch f.number(1) {
		case 0x21:
			g.extension(f)
		case 0x2c:
			at := image.Pt(f.little(), f.little())
			g.part = image.Rectangle{at, at.Add(image.Pt(f.little(), f.little()))}
			flags := f.number(1)
			if own := f.palette(flags); own != nil {
				g.palette = own
			}
			g.interlaced = flags&0x40 != 0
			if g.part.Empty() {
				return g, errors.New("its first frame is empty")
			}
			g.canvas = image.Pt(max(g.canvas.X, g.part.Max.X), max(g.canvas.Y, g.part.Max.Y))
			if g.codes = f.rest; f.short || len(g.codes) < 2 {
				return g, errCut
			}
			return g, nil
		case 0x3b:
			return g, errors.New("it holds no picture")
		case 0:
		default:
			if !f.short {
				return g, errors.New("its blocks do not fit together")
			}
		}
	}
	return g, errCut
}

func (f *fields) little() int {
	if b := f.bytes(2); b != nil {
		return int(binary.LittleEndian.Uint16(b))
	}
	return 0
}

// palette reads a table of colours, if the flags say that there is one.
func (f *fields) palette(flags uint64) [][3]uint8 {
	if flags&0x80 == 0 {
		return nil
	}
	table := f.bytes(3 << (1 + flags&7))
	colours := make([][3]uint8, len(table)/3)
	for i := range colours {
		colours[i] = [3]uint8(table[3*i:])
	}
	return colours
}

// extension reads which index is clear, and skips all else.
func (g *gifFrame) extension(f *fields) {
	const graphicControl = 0xf9
	kind := f.number(1)
	for {
		block := f.bytes(int(f.number(1)))
		if len(block) == 0 {
			return
		}
		if kind == graphicControl && len(block) >= 4 && block[0]&1 == 1 {
			g.clear = int(block[3])
		}
	}
}

// headerGIF counts an index for each pixel of the frame, and the canvas.
func headerGIF(_ *Decoder, data []byte) (header, error) {
	g, err := readGIF(data)
	h := sized(g.canvas.X, g.canvas.Y, 3+1)
	return h, err
}

// decodeGIF reads the first frame onto its canvas. Pixels beyond the frame
// and what follows it are not looked at.
func decodeGIF(_ *Decoder, in input) (*Picture, error) {
	g, err := readGIF(in.data)
	if err != nil {
		return nil, err
	}
	const least, most = 1, 8
	if g.codes[0] < least || g.codes[0] > most {
		return nil, errors.New("its codes are of a size that there is not")
	}
	blocks := &gifBlocks{in: in, rest: g.codes[1:]}
	indices := make([]byte, g.part.Dx()*g.part.Dy())
	reader := lzw.NewReader(blocks, lzw.LSB, max(int(g.codes[0]), 2))
	defer reader.Close()
	if _, err := io.ReadFull(reader, indices); err != nil {
		return nil, err
	}
	return in.apart(func() (*Picture, error) { return g.draw(indices), nil })
}

// gifBlocks reads the bytes of blocks of up to 255.
type gifBlocks struct {
	in    input
	rest  []byte
	block []byte
}

func (b *gifBlocks) ReadByte() (byte, error) {
	if len(b.block) == 0 {
		if err := b.in.context.Err(); err != nil {
			return 0, err
		}
		if len(b.rest) == 0 || b.rest[0] == 0 {
			return 0, io.ErrUnexpectedEOF
		}
		end := min(1+int(b.rest[0]), len(b.rest))
		b.block, b.rest = b.rest[1:end], b.rest[end:]
		if len(b.block) == 0 {
			return 0, io.ErrUnexpectedEOF
		}
	}
	first := b.block[0]
	b.block = b.block[1:]
	return first, nil
}

func (b *gifBlocks) Read([]byte) (int, error) { return 0, errors.New("GIF is read byte by byte") }

// draw puts the frame on a canvas of white where an index is clear, else of the
// first colour, as Pillow does. Without a palette, indices are grey.
func (g *gifFrame) draw(indices []byte) *Picture {
	var colours [256][3]uint8
	for i := range colours {
		if g.palette == nil {
			colours[i] = [3]uint8{uint8(i), uint8(i), uint8(i)}
		}
	}
	copy(colours[:], g.palette)
	ground := colours[0]
	if g.clear >= 0 {
		ground = [3]uint8{255, 255, 255}
	}
	p := New(g.canvas.X, g.canvas.Y)
	for i := range p.Pixels {
		p.Pixels[i] = ground[i%3]
	}
	width := g.part.Dx()
	for i := range g.part.Dy() {
		row := p.Pixels[((g.part.Min.Y+g.row(i))*p.Width+g.part.Min.X)*3:]
		for x, index := range indices[i*width:][:width] {
			if int(index) != g.clear {
				copy(row[3*x:3*x+3], colours[index][:])
			}
		}
	}
	return p
}

// row returns where the row that comes as number i belongs: of interlaced
// frames every eighth, those between, every second, and the rest.
func (g *gifFrame) row(i int) int {
	if !g.interlaced {
		return i
	}
	for _, pass := range [][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
		count := (g.part.Dy() - pass[0] + pass[1] - 1) / pass[1]
		if i < count {
			return pass[0] + i*pass[1]
		}
		i -= max(count, 0)
	}
	return 0
}

// onCanvas returns the frame placed on a white canvas of the size given.
func onCanvas(frame *Picture, at image.Point, width, height int) *Picture {
	if at == (image.Point{}) && frame.Width == width && frame.Height == height {
		return frame
	}
	canvas := New(width, height)
	for i := range canvas.Pixels {
		canvas.Pixels[i] = 255
	}
	columns := min(frame.Width, width-at.X)
	for y := range min(frame.Height, height-at.Y) {
		row := frame.Pixels[y*frame.Width*3:][:max(columns, 0)*3]
		copy(canvas.Pixels[((at.Y+y)*width+at.X)*3:], row)
	}
	return canvas
}
