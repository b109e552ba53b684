package attention

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// Heat is how a map is laid over a picture: where the captioner looked most, the
// picture shows as it is, so that nothing hides what a word points at; the less
// it looked, the darker the veil, through which the rest stays to be seen. The
// colours are those of matplotlib's inferno, which grows lighter evenly and is
// read the same by people with any colour vision. Between the stops it is
// interpolated.
var Heat = []color.NRGBA{
	{0, 0, 4, 150}, {87, 16, 110, 112}, {188, 55, 84, 72}, {249, 142, 9, 34}, {252, 255, 164, 0},
}

// heatAt returns the colour of v in [0, 1].
func heatAt(v float64) color.NRGBA {
	at := min(max(v, 0), 1) * float64(len(Heat)-1)
	i := min(int(at), len(Heat)-2)
	a, b, t := Heat[i], Heat[i+1], at-float64(i)
	mix := func(a, b uint8) uint8 { return uint8(float64(a)*(1-t) + float64(b)*t + .5) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), mix(a.A, b.A)}
}

// heatMap draws weights, relative to scale, at width × height.
func heatMap(weights []float64, grid, width, height int, scale float64) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i, v := range upsample(weights, grid, width, height) {
		out.SetNRGBA(i%width, i/width, heatAt(v/scale))
	}
	return out
}

// overlay lays word i's map over picture, which shows all of a.Picture.
func (a *Maps) overlay(picture *image.RGBA, i int) *image.RGBA {
	out := image.NewRGBA(picture.Bounds())
	draw.Draw(out, out.Bounds(), picture, picture.Bounds().Min, draw.Src)
	part := a.placed(picture.Bounds())
	m := heatMap(a.Words[i].Weights, a.Grid, part.Dx(), part.Dy(), a.Largest())
	draw.Draw(out, out.Bounds(), image.NewUniform(Heat[0]), image.Point{}, draw.Over)
	draw.Draw(out, part, picture, part.Min, draw.Src)
	draw.Draw(out, part, m, image.Point{}, draw.Over)
	return out
}

// placed returns where a's area lies when the picture fills bounds.
func (a *Maps) placed(bounds image.Rectangle) image.Rectangle {
	whole, part := a.Picture.Bounds(), a.Covered()
	at := func(v, from, size, to int) int { return int(float64(v-from)/float64(size)*float64(to) + .5) }
	r := image.Rect(
		at(part.Min.X, whole.Min.X, whole.Dx(), bounds.Dx()), at(part.Min.Y, whole.Min.Y, whole.Dy(), bounds.Dy()),
		at(part.Max.X, whole.Min.X, whole.Dx(), bounds.Dx()), at(part.Max.Y, whole.Min.Y, whole.Dy(), bounds.Dy()),
	).Add(bounds.Min)
	if r.Empty() {
		return bounds
	}
	return r
}
