package typeset

import (
	"math"
	"strconv"
	"strings"
)

// Number writes v with the given decimals, a comma between thousands and a
// dash for a minus, which every format has.
func Number(v float64, digits int) string {
	text := strconv.FormatFloat(math.Abs(v), 'f', digits, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if v < 0 && strings.Trim(whole, "0.") != "" {
		return "\u2013" + whole
	}
	return whole
}

// Count writes a whole number.
func Count(n int) string { return Number(float64(n), 0) }

// Score writes a score with three decimals.
func Score(v float64) string { return Number(v, 3) }
