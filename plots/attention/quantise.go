package attention

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// medianCut returns a palette of at most most colours for the pictures, by
// cutting the box of their colours at the median of its longest side (Heckbert
// 1982).
func medianCut(pictures []*image.RGBA, most int) color.Palette {
	boxes := [][]color.RGBA{sampleColours(pictures, 40_000)}
	for len(boxes) < most {
		widest, channel, longest := -1, 0, 0
		for i, box := range boxes {
			if c, length := longestSide(box); length > longest {
				widest, channel, longest = i, c, length
			}
		}
		if widest < 0 {
			break // every box is one colour
		}
		box := boxes[widest]
		slices.SortFunc(box, func(a, b color.RGBA) int { return cmp.Compare(part(a, channel), part(b, channel)) })
		boxes[widest] = box[:len(box)/2]
		boxes = append(boxes, box[len(box)/2:])
	}
	palette := make(color.Palette, len(boxes))
	for i, box := range boxes {
		palette[i] = average(box)
	}
	return palette
}

// sampleColours takes about most pixels, evenly.
func sampleColours(pictures []*image.RGBA, most int) []color.RGBA {
	total := 0
	for _, p := range pictures {
		total += p.Bounds().Dx() * p.Bounds().Dy()
	}
	step := total/most + 1
	var out []color.RGBA
	for _, p := range pictures {
		for i := 0; i+3 < len(p.Pix); i += 4 * step {
			out = append(out, color.RGBA{p.Pix[i], p.Pix[i+1], p.Pix[i+2], 255})
		}
	}
	return out
}

func part(c color.RGBA, channel int) uint8 { return [3]uint8{c.R, c.G, c.B}[channel] }

// longestSide returns the channel in which the colours lie furthest apart.
func longestSide(box []color.RGBA) (channel, length int) {
	for c := range 3 {
		low, high := 255, 0
		for _, colour := range box {
			low, high = min(low, int(part(colour, c))), max(high, int(part(colour, c)))
		}
		if high-low > length {
			channel, length = c, high-low
		}
	}
	return channel, length
}

func average(box []color.RGBA) color.RGBA {
	var r, g, b int
	for _, c := range box {
		r, g, b = r+int(c.R), g+int(c.G), b+int(c.B)
	}
	n := max(1, len(box))
	return color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 255}
}
