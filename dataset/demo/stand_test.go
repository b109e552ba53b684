package demo

import "testing"

// TestThingsStandApart: anywhere in the picture, none before another, and none
// where the middle alone would be right.
func TestThingsStandApart(t *testing.T) {
	pictures := New(1)[0].Pictures
	var middle, left, top float64
	for _, p := range pictures {
		boxes := p.Boxes()
		if len(boxes) != p.Count {
			t.Fatalf("%s: %d boxes", p.ID, len(boxes))
		}
		within := false
		for i, b := range boxes {
			if b.X < 0 || b.Y < 0 || b.X+b.Width > 1 || b.Y+b.Height > 1 {
				t.Errorf("%s: %+v leaves the picture", p.ID, b)
			}
			for _, other := range boxes[:i] {
				if b.X < other.X+other.Width && other.X < b.X+b.Width && b.Y < other.Y+other.Height && other.Y < b.Y+b.Height {
					t.Errorf("%s: %+v and %+v overlap", p.ID, b, other)
				}
			}
			within = within || b.X <= .5 && .5 < b.X+b.Width && b.Y <= .5 && .5 < b.Y+b.Height
		}
		if within {
			middle++
		}
		if boxes[0].X+boxes[0].Width/2 < .5 {
			left++
		}
		if boxes[0].Y+boxes[0].Height/2 < .5 {
			top++
		}
	}
	n := float64(len(pictures))
	if middle/n > .4 {
		t.Errorf("a thing is in the middle of %.2f of the pictures, want at most .4", middle/n)
	}
	if left/n < .45 || left/n > .55 || top/n < .45 || top/n > .55 {
		t.Errorf("the first thing is left in %.2f and above in %.2f of the pictures, want half", left/n, top/n)
	}
}

// TestBoxesHoldTheThings: what differs from a picture of the same place without
// things lies in the boxes, and reaches their sides.
func TestBoxesHoldTheThings(t *testing.T) {
	for _, p := range New(1)[2].Pictures[:60] {
		colour, edges := colours[p.Colour], 0
		image := p.image()
		for _, b := range p.Boxes() {
			inside := 0
			for y := range side {
				for x := range side {
					fx, fy := (float64(x)+.5)/side, (float64(y)+.5)/side
					if fx < b.X || fx >= b.X+b.Width || fy < b.Y || fy >= b.Y+b.Height {
						continue
					}
					got := image.RGBAAt(x, y)
					if near(got.R, colour.R) && near(got.G, colour.G) && near(got.B, colour.B) {
						inside++
					}
				}
			}
			if share := float64(inside) / (b.Width * b.Height * side * side); share < .15 {
				t.Errorf("%s: %.2f of the box %+v have the thing's colour", p.ID, share, b)
			}
		}
		for y := range side {
			for x := range side {
				if outside(p.Boxes(), x, y) {
					if got, want := image.RGBAAt(x, y), colour; near(got.R, want.R) && near(got.G, want.G) && near(got.B, want.B) {
						edges++
					}
				}
			}
		}
		if edges > 0 {
			t.Errorf("%s: %d pixels outside the boxes have the thing's colour", p.ID, edges)
		}
	}
}

// near tells whether a channel differs no more than a shade does.
func near(a, b uint8) bool { return max(a, b)-min(a, b) <= max(b/12, 4) }

// outside tells whether a pixel is no part of any box, which may end within it.
func outside(boxes []Box, x, y int) bool {
	for _, b := range boxes {
		if float64(x+1) > b.X*side && float64(x) < (b.X+b.Width)*side && float64(y+1) > b.Y*side && float64(y) < (b.Y+b.Height)*side {
			return false
		}
	}
	return true
}
