package plots

import "image/color"

// The colours of Okabe and Ito (2008), which people with any of the common
// kinds of colour blindness tell apart; on white and on dark grounds alike.
var (
	blue       = color.RGBA{0x00, 0x72, 0xB2, 0xFF}
	vermillion = color.RGBA{0xD5, 0x5E, 0x00, 0xFF}
	green      = color.RGBA{0x00, 0x9E, 0x73, 0xFF}
	purple     = color.RGBA{0xCC, 0x79, 0xA7, 0xFF}
	orange     = color.RGBA{0xE6, 0x9F, 0x00, 0xFF}
	sky        = color.RGBA{0x56, 0xB4, 0xE9, 0xFF}
)

var (
	ink   = color.RGBA{0x22, 0x22, 0x22, 0xFF} // text and axes
	muted = color.RGBA{0x6B, 0x6B, 0x6B, 0xFF} // what is there to compare with
	rule  = color.RGBA{0xE4, 0xE4, 0xE4, 0xFF} // grid lines
	paper = color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
)

// systemColours tells systems apart; the dashes of systemDashes do it in grey.
var systemColours = []color.RGBA{blue, vermillion, green, purple, orange, sky}

func systemColour(i int) color.RGBA { return systemColours[i%len(systemColours)] }

// tint mixes c with paper; strength 1 is c itself. Opaque tints print and
// convert to PDF alike, where transparency does not.
func tint(c color.RGBA, strength float64) color.RGBA {
	mix := func(a, b uint8) uint8 { return uint8(float64(a)*strength + float64(b)*(1-strength) + .5) }
	return color.RGBA{mix(c.R, paper.R), mix(c.G, paper.G), mix(c.B, paper.B), 0xFF}
}
