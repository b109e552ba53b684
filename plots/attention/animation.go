package attention

import (
	"image"
	"image/color"
	"image/draw"
	"image/gif"

	"github.com/seetell/seetell/plots/internal/palette"
	"github.com/seetell/seetell/plots/internal/thumbnail"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// Sizes and times of the animation.
const (
	frameSide = 320 // pixels
	frameTime = 80  // hundredths of a second a word
	lastTime  = 200 // the whole caption
)

// GIF animates the caption: a frame per word with its map over the picture and
// the words so far, then the picture with the whole caption. It repeats.
func (a *Maps) GIF() (*gif.GIF, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	text, err := typeset.NewLettering(16, false)
	if err != nil {
		return nil, err
	}
	small, err := typeset.NewLettering(12, false)
	if err != nil {
		return nil, err
	}
	f := frames{a: a, text: text, small: small}
	f.width, f.height = thumbnail.Fit(a.Picture.Bounds().Dx(), a.Picture.Bounds().Dy(), frameSide)
	f.picture = thumbnail.Scale(a.Picture, f.width, f.height)
	f.words, f.bottom = f.place()
	var drawn []*image.RGBA
	for i := range a.Words {
		drawn = append(drawn, f.frame(i))
	}
	drawn = append(drawn, f.frame(-1))
	return animate(drawn), nil
}

// animate turns frames into an animation with one palette.
func animate(frames []*image.RGBA) *gif.GIF {
	colours := append(medianCut(frames, 252), palette.Paper, palette.Ink, palette.Muted, palette.Vermillion)
	nearest := map[color.RGBA]uint8{}
	out := &gif.GIF{}
	for i, frame := range frames {
		time := frameTime
		if i == len(frames)-1 {
			time = lastTime
		}
		out.Image = append(out.Image, paletted(frame, colours, nearest))
		out.Delay = append(out.Delay, time)
	}
	return out
}

// bayer is a 4 × 4 threshold matrix (Bayer 1973): it trades the bands of a
// small palette for a fine pattern that does not flicker between frames.
var bayer = [16]int{0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5}

// paletted maps each pixel, dithered, to its nearest colour. Nearest remembers
// them in steps of four.
func paletted(frame *image.RGBA, colours color.Palette, nearest map[color.RGBA]uint8) *image.Paletted {
	out := image.NewPaletted(frame.Bounds(), colours)
	width, white := frame.Bounds().Dx(), uint8(colours.Index(palette.Paper))
	for i := range out.Pix {
		p := frame.Pix[4*i:]
		if p[0]&p[1]&p[2] == 255 {
			out.Pix[i] = white // the ground has no pattern
			continue
		}
		shift := bayer[i/width%4*4+i%width%4] - 8
		step := func(v uint8) uint8 { return uint8(min(max(int(v)+shift, 0), 255)) &^ 3 }
		key := color.RGBA{step(p[0]), step(p[1]), step(p[2]), 255}
		index, ok := nearest[key]
		if !ok {
			index = uint8(colours.Index(key))
			nearest[key] = index
		}
		out.Pix[i] = index
	}
	return out
}

// frames draws the frames of an animation.
type frames struct {
	a             *Maps
	text, small   *typeset.Lettering
	width, height int // of the picture
	picture       *image.RGBA
	words         []placedWord
	bottom        int // of the text
}

// placedWord is where a word of the caption stands under the picture.
type placedWord struct {
	text string
	x, y int
}

// frameWidth leaves room for words under a narrow picture.
func (f frames) frameWidth() int { return max(f.width, 240) }

// place sets the caption's words in lines, from the right where the script is
// written so.
func (f frames) place() (words []placedWord, bottom int) {
	mirrored := typeset.RightToLeft(f.a.Caption())
	x, y := 8, f.height+6
	room := float64(f.frameWidth() - 16)
	for _, w := range f.a.Words {
		text := typeset.Shorten(typeset.Clean(w.Word), room, f.text.Width)
		width := int(f.text.Width(text))
		if x > 8 && x+width > f.frameWidth()-8 {
			x, y = 8, y+f.text.LineHeight()
		}
		words = append(words, placedWord{text, x, y})
		if mirrored {
			words[len(words)-1].x = f.frameWidth() - x - width
		}
		x += width + int(f.text.Width(" ")) + 1
	}
	return words, y + f.text.LineHeight()
}

// frame draws word i, or the whole caption where i is negative.
func (f frames) frame(i int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, f.frameWidth(), f.bottom+f.small.LineHeight()+6))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	picture := f.picture
	if i >= 0 {
		picture = f.a.overlay(f.picture, i)
		f.small.Write(out, 8, f.bottom, palette.Muted, f.a.Words[i].Numbers())
	}
	at := image.Pt((f.frameWidth()-f.width)/2, 0)
	draw.Draw(out, picture.Bounds().Add(at), picture, image.Point{}, draw.Src)
	for k, w := range f.words {
		colour := palette.Ink
		if i >= 0 && k > i {
			colour = palette.Tint(palette.Muted, .45)
		}
		if k == i {
			colour = palette.Vermillion
		}
		f.text.Write(out, w.x, w.y, colour, w.text)
	}
	return out
}
