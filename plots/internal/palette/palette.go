// Package palette holds the colours of every picture.
package palette

import "image/color"

// The colours of Okabe and Ito (2008), which people with any of the common
// kinds of colour blindness tell apart; on white and on dark grounds alike.
var (
	Blue       = color.RGBA{0x00, 0x72, 0xB2, 0xFF}
	Vermillion = color.RGBA{0xD5, 0x5E, 0x00, 0xFF}
	green      = color.RGBA{0x00, 0x9E, 0x73, 0xFF}
	purple     = color.RGBA{0xCC, 0x79, 0xA7, 0xFF}
	orange     = color.RGBA{0xE6, 0x9F, 0x00, 0xFF}
	sky        = color.RGBA{0x56, 0xB4, 0xE9, 0xFF}
)

// The greys.
var (
	Ink   = color.RGBA{0x22, 0x22, 0x22, 0xFF} // text and axes
	Muted = color.RGBA{0x6B, 0x6B, 0x6B, 0xFF} // what is there to compare with
	Rule  = color.RGBA{0xE4, 0xE4, 0xE4, 0xFF} // grid lines
	Paper = color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
)

var several = []color.RGBA{Blue, Vermillion, green, purple, orange, sky}

// Colour tells the first, the second … of several apart.
func Colour(i int) color.RGBA { return several[i%len(several)] }

// Tint mixes c with paper; strength 1 is c itself. Opaque tints print and
// convert to PDF alike, where transparency does not.
func Tint(c color.RGBA, strength float64) color.RGBA {
	mix := func(a, b uint8) uint8 { return uint8(float64(a)*strength + float64(b)*(1-strength) + .5) }
	return color.RGBA{mix(c.R, Paper.R), mix(c.G, Paper.G), mix(c.B, Paper.B), 0xFF}
}
