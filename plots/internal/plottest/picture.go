package plottest

import (
	"image"
	"image/color"
	"math"
)

// Picture is a drawn scene: sky, grass and a red disc.
func Picture(width, height int) image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			u, v := float64(x)/float64(width), float64(y)/float64(height)
			c := color.RGBA{120, uint8(170 + 60*v), 235, 255}
			if v > .6 {
				c = color.RGBA{60, uint8(130 + 60*u), 60, 255}
			}
			if math.Hypot((u-.65)*float64(width), (v-.5)*float64(height)) < .18*float64(min(width, height)) {
				c = color.RGBA{210, 50, 40, 255}
			}
			picture.SetRGBA(x, y, c)
		}
	}
	return picture
}

// Weights looks, on a grid × grid, at another place for each word of a
// caption; they add up to 1.
func Weights(word, grid int) []float64 {
	weights, sum := make([]float64, grid*grid), 0.0
	for k := range weights {
		x := (float64(k%grid)+.5)/float64(grid) - (.5 + .35*math.Sin(1.3*float64(word)))
		y := (float64(k/grid)+.5)/float64(grid) - (.5 + .35*math.Cos(.9*float64(word)))
		weights[k] = math.Exp(-12 * (x*x + y*y))
		sum += weights[k]
	}
	for k := range weights {
		weights[k] /= sum
	}
	return weights
}
