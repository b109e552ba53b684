package torch

import (
	"fmt"
	"strings"
)

// shownValues is how many values String shows.
const shownValues = 6

// String describes x with its type, shape, device and first values, in
// row-major order:
//
//	float32 (2, 3) on cpu: 0.5 -1 2 0 0.25 7
//
// From CUDA it waits for the values.
func (x *Tensor) String() string {
	if !x.exists() {
		return "a tensor that " + x.absence()
	}
	text := fmt.Sprintf("%v %s on %v", x.DType(), shapeText(x.Shape()), x.Device())
	if x.NeedsGrad() {
		text += ", with gradient"
	}
	values, err := x.firstValues()
	if err != nil {
		return fmt.Sprintf("%s (its values: %v)", text, err)
	}
	if x.Numel() > shownValues {
		values = append(values, "…")
	}
	return strings.TrimSuffix(text+": "+strings.Join(values, " "), ": ")
}

// firstValues returns the first values of x as text.
func (x *Tensor) firstValues() (values []string, err error) {
	err = NoGrad(func(s *Scope) error {
		n := min(x.Numel(), shownValues)
		first := x.Detach(s).Reshape(s, -1).Narrow(s, 0, 0, n)
		switch x.DType() {
		case Bool:
			values = texts(first.Bools(s))
		case Int64, Int32, Uint8:
			values = texts(first.Int64s(s))
		case Float64:
			values = texts(first.Float64s(s))
		default:
			values = texts(first.Float32s(s))
		}
		return nil
	})
	return values, err
}

func texts[T any](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprint(v)
	}
	return out
}
