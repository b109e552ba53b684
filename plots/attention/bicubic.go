package attention

import "math"

// upsample returns the grid × grid map at width × height, by cubic convolution
// with a = -1/2 (Keys 1981), places at the centres of their cells, the border
// repeated. What the cubic swings outside [0, the largest weight] is cut.
func upsample(weights []float64, grid, width, height int) []float64 {
	across := resample(weights, grid, grid, width)
	down := resample(transpose(across, width, grid), grid, width, height)
	out := transpose(down, height, width)
	largest := 0.0
	for _, v := range weights {
		largest = max(largest, v)
	}
	for i, v := range out {
		out[i] = min(max(v, 0), largest)
	}
	return out
}

// resample stretches each of the rows, from points long, to length to.
func resample(values []float64, from, rows, to int) []float64 {
	out := make([]float64, rows*to)
	for x := range to {
		at := (float64(x)+.5)*float64(from)/float64(to) - .5
		first := int(math.Floor(at)) - 1
		for tap := first; tap < first+4; tap++ {
			weight := keys(at - float64(tap))
			source := min(max(tap, 0), from-1)
			for y := range rows {
				out[y*to+x] += weight * values[y*from+source]
			}
		}
	}
	return out
}

// keys is the cubic convolution kernel.
func keys(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x < 1:
		return 1.5*x*x*x - 2.5*x*x + 1
	case x < 2:
		return -.5*x*x*x + 2.5*x*x - 4*x + 2
	default:
		return 0
	}
}

func transpose(values []float64, width, height int) []float64 {
	out := make([]float64, len(values))
	for y := range height {
		for x := range width {
			out[x*height+y] = values[y*width+x]
		}
	}
	return out
}
