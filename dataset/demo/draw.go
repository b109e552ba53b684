package demo

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"

	"golang.org/x/image/vector"
)

// side is the width and height of a picture in pixels.
const side = 96

var colours = map[string]color.RGBA{
	"red":    {222, 32, 38, 255},
	"yellow": {250, 214, 30, 255},
	"green":  {22, 140, 54, 255},
	"blue":   {36, 84, 226, 255},
	"purple": {132, 44, 178, 255},
	"pink":   {250, 132, 190, 255},
}

// draw returns a picture of the scene with its things where they stand.
func (s Scene) draw(stand []standing, random *rand.Rand) *image.RGBA {
	c := &canvas{image.NewRGBA(image.Rect(0, 0, side, side)), random}
	c.place(s.Place)
	for _, one := range stand {
		c.fill(shapes[s.Thing], one.at, one.radius, edge(s.Place))
		c.fill(shapes[s.Thing], one.at, one.radius*inner, c.shade(colours[s.Colour]))
		if m, ok := marks[s.Thing]; ok {
			c.fill(m.shape, one.at, one.radius*inner, m.colour)
		}
	}
	return c.RGBA
}

// inner is the share of a thing's radius that its colour fills; around it is its
// edge.
const inner = .86

// edge is the colour around things, so that they stand out from the place.
func edge(place string) color.RGBA {
	if place == "night" {
		return color.RGBA{235, 235, 235, 255}
	}
	return dark
}

// canvas is a picture being drawn.
type canvas struct {
	*image.RGBA
	random *rand.Rand
}

// jitter returns a number between -by and by.
func (c *canvas) jitter(by float64) float64 { return by * (2*c.random.Float64() - 1) }

// shade varies the brightness of a colour a little.
func (c *canvas) shade(of color.RGBA) color.RGBA {
	factor := 1 + c.jitter(.06)
	vary := func(v uint8) uint8 { return uint8(min(float64(v)*factor, 255)) }
	return color.RGBA{vary(of.R), vary(of.G), vary(of.B), 255}
}

// place draws the background.
func (c *canvas) place(name string) {
	switch name {
	case "grass":
		c.ground(color.RGBA{186, 218, 140, 255}, 0)
		c.specks(40, color.RGBA{150, 190, 104, 255})
	case "snow":
		c.ground(color.RGBA{240, 244, 250, 255}, 0)
		c.specks(30, color.RGBA{214, 222, 236, 255})
	case "sea":
		c.ground(color.RGBA{150, 206, 236, 255}, 0)
		c.ground(color.RGBA{232, 214, 170, 255}, .6+c.jitter(.05))
	case "night":
		c.ground(color.RGBA{20, 22, 52, 255}, 0)
		c.specks(25, color.RGBA{150, 150, 170, 255})
	}
}

// ground fills the picture below a height.
func (c *canvas) ground(of color.RGBA, from float64) {
	area := image.Rect(0, int(from*side), side, side)
	draw.Draw(c.RGBA, area, image.NewUniform(c.shade(of)), image.Point{}, draw.Src)
}

// specks scatters single pixels.
func (c *canvas) specks(n int, of color.RGBA) {
	for range n {
		c.SetRGBA(c.random.IntN(side), c.random.IntN(side), of)
	}
}

// fill draws a shape of the radius given about a place.
func (c *canvas) fill(outline shape, at point, radius float64, of color.RGBA) {
	raster := vector.NewRasterizer(side, side)
	for _, ring := range outline {
		for i, p := range ring {
			x, y := float32(side*(at.x+radius*p.x)), float32(side*(at.y+radius*p.y))
			if i == 0 {
				raster.MoveTo(x, y)
			} else {
				raster.LineTo(x, y)
			}
		}
		raster.ClosePath()
	}
	raster.Draw(c.RGBA, c.Bounds(), image.NewUniform(of), image.Point{})
}

// shape is closed rings of points in a circle of radius 1; a ring that runs the
// other way round cuts a hole.
type shape [][]point

var shapes = map[string]shape{
	"ball":  {circle(.95, 1)},
	"box":   {{{-.82, -.82}, {.82, -.82}, {.82, .82}, {-.82, .82}}},
	"star":  {star(5, 1.08, .44)},
	"ring":  {circle(1, 1), circle(.62, -1)},
	"cross": {cross(.36)},
	"tent":  {{{0, -.95}, {1.05, .85}, {-1.05, .85}}},
}

// mark is what a thing has on it beside its colour.
type mark struct {
	shape  shape
	colour color.RGBA
}

var (
	white = color.RGBA{250, 250, 250, 255}
	dark  = color.RGBA{40, 40, 40, 255}

	marks = map[string]mark{
		"ball": {shape{band(.95, .26)}, white},
		"box":  {shape{{{-.2, -.82}, {.2, -.82}, {.2, .82}, {-.2, .82}}}, white},
		"tent": {shape{{{0, -.2}, {.42, .85}, {-.42, .85}}}, dark},
	}
)

// band returns the part of a circle that is at most so far above and below its
// middle.
func band(radius, half float64) []point {
	points := circle(radius, 1)
	for i := range points {
		points[i].y = min(max(points[i].y, -half), half)
	}
	return points
}

// circle returns a circle as a polygon, clockwise for a direction of 1.
func circle(radius, direction float64) []point {
	const corners = 48
	points := make([]point, corners)
	for i := range points {
		sin, cos := math.Sincos(direction * 2 * math.Pi * float64(i) / corners)
		points[i] = point{radius * cos, radius * sin}
	}
	return points
}

// cross returns two bars, of twice the width given, over each other.
func cross(width float64) []point {
	return []point{
		{-width, -1}, {width, -1}, {width, -width}, {1, -width}, {1, width}, {width, width},
		{width, 1}, {-width, 1}, {-width, width}, {-1, width}, {-1, -width}, {-width, -width},
	}
}

// star returns a star whose first tip points up.
func star(tips int, outer, inner float64) []point {
	points := make([]point, 2*tips)
	for i := range points {
		radius := outer
		if i%2 == 1 {
			radius = inner
		}
		sin, cos := math.Sincos(math.Pi * float64(i) / float64(tips))
		points[i] = point{radius * sin, -radius * cos}
	}
	return points
}
