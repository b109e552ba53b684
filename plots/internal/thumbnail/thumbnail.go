// Package thumbnail makes pictures smaller, to be looked at.
package thumbnail

import (
	"image"

	"golang.org/x/image/draw"
)

// Fit returns the size at which a picture of width × height fills a square
// of the given side, one side of it; the other is an eighth at least, so that
// the thinnest picture can still be seen.
func Fit(width, height, side int) (int, int) {
	if width >= height {
		return side, max(side/8, (height*side+width/2)/width)
	}
	return max(side/8, (width*side+height/2)/height), side
}

// Scale returns picture resized, flattened on white.
func Scale(picture image.Image, width, height int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(out, out.Bounds(), picture, picture.Bounds(), draw.Over, nil)
	return out
}
