package demo

import (
	"math"
	"math/rand/v2"
)

// point is a place in the picture, its sides being 1.
type point struct{ x, y float64 }

// Box is where a thing is, in shares of the picture's sides, from the upper left.
type Box struct{ X, Y, Width, Height float64 }

// standing is where a thing stands, and how large it is.
type standing struct {
	at     point
	radius float64
}

// radii are the least and the largest of a thing, by how many there are.
var radii = [MaxCount][2]float64{{.16, .20}, {.155, .195}, {.145, .175}}

// reach is how far the outline of a thing goes, of its radius, at most.
const reach = 1.08

// stand returns where things stand: anywhere within the picture, at sizes of
// their own, none before another.
func stand(count int, random *rand.Rand) []standing {
	for {
		if things := tryStand(count, random); things != nil {
			return things
		}
	}
}

// tryStand is stand, or nil where a thing found no place beside the others.
func tryStand(count int, random *rand.Rand) (things []standing) {
	const tries, gap = 30, .02
	least, largest := radii[count-1][0], radii[count-1][1]
	for range count {
		radius := least + (largest-least)*random.Float64()
		free := func(at point) bool {
			for _, other := range things {
				if max(math.Abs(at.x-other.at.x), math.Abs(at.y-other.at.y)) < reach*(radius+other.radius)+gap {
					return false
				}
			}
			return true
		}
		for try := 0; ; try++ {
			if try == tries {
				return nil
			}
			edge := reach * radius
			at := point{edge + (1-2*edge)*random.Float64(), edge + (1-2*edge)*random.Float64()}
			if free(at) {
				things = append(things, standing{at, radius})
				break
			}
		}
	}
	return things
}

// box returns what a thing of the outline given covers.
func (s standing) box(outline shape) Box {
	low, high := point{1, 1}, point{-1, -1}
	for _, p := range outline[0] {
		low = point{min(low.x, p.x), min(low.y, p.y)}
		high = point{max(high.x, p.x), max(high.y, p.y)}
	}
	return Box{
		X: s.at.x + s.radius*low.x, Y: s.at.y + s.radius*low.y,
		Width: s.radius * (high.x - low.x), Height: s.radius * (high.y - low.y),
	}
}
