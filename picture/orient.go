package picture

// orient returns the picture turned upright from an EXIF orientation, 1 to 8.
// Upright pictures are returned as they are.
func (p *Picture) orient(orientation int) *Picture {
	if orientation <= 1 || orientation > 8 {
		return p
	}
	width, height := p.Width, p.Height
	if orientation >= 5 {
		width, height = height, width
	}
	out := New(width, height)
	start, right, down := p.walk(orientation)
	for y := range height {
		from := start + y*down
		for to := y * width * 3; to < (y+1)*width*3; to += 3 {
			copy(out.Pixels[to:to+3], p.Pixels[from:])
			from += right
		}
	}
	return out
}

// walk returns where in p the upright picture's first pixel lies and how many
// bytes further its neighbours to the right and below are.
func (p *Picture) walk(orientation int) (start, right, down int) {
	const pixel = 3
	row := p.Width * pixel
	lastColumn, lastRow := row-pixel, (p.Height-1)*row
	switch orientation {
	case 2: // mirrored left to right
		return lastColumn, -pixel, row
	case 3: // upside down
		return lastRow + lastColumn, -pixel, -row
	case 4: // mirrored top to bottom
		return lastRow, pixel, -row
	case 5: // mirrored along the main diagonal
		return 0, row, pixel
	case 6: // to be turned right
		return lastRow, -row, pixel
	case 7: // mirrored along the other diagonal
		return lastRow + lastColumn, -row, -pixel
	case 8: // to be turned left
		return lastColumn, row, -pixel
	}
	return 0, pixel, row
}

// turns has, for each orientation, what its upright picture takes from where:
// across and down the stored one, for each step to the right and down.
var turns = [9][4]int{{}, {1, 0, 0, 1}, {-1, 0, 0, 1}, {-1, 0, 0, -1}, {1, 0, 0, -1}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, -1, -1, 0}, {0, 1, -1, 0}}

// compose returns the orientation that turns as first does and then as next.
func compose(first, next int) int {
	a, b := turns[first], turns[next]
	both := [4]int{
		a[0]*b[0] + a[2]*b[1], a[1]*b[0] + a[3]*b[1],
		a[0]*b[2] + a[2]*b[3], a[1]*b[2] + a[3]*b[3],
	}
	for orientation, turn := range turns {
		if turn == both {
			return orientation
		}
	}
	return 1
}
