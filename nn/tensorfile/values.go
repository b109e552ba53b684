package tensorfile

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Float32s returns the values of a Float32, Float16 or BFloat16 tensor.
func (t Tensor) Float32s() ([]float32, error) {
	switch t.DType {
	case Float32:
		return decode(t, 4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) })
	case BFloat16:
		return decode(t, 2, func(b []byte) float32 {
			return math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16)
		})
	case Float16:
		return decode(t, 2, func(b []byte) float32 { return fromFloat16(binary.LittleEndian.Uint16(b)) })
	}
	return nil, t.not("float32")
}

// Float64s returns the values of a Float64 tensor.
func (t Tensor) Float64s() ([]float64, error) {
	if t.DType != Float64 {
		return nil, t.not("float64")
	}
	return decode(t, 8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) })
}

// Int64s returns the values of an Int64 tensor.
func (t Tensor) Int64s() ([]int64, error) {
	if t.DType != Int64 {
		return nil, t.not("int64")
	}
	return decode(t, 8, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) })
}

// Int32s returns the values of an Int32 tensor.
func (t Tensor) Int32s() ([]int32, error) {
	if t.DType != Int32 {
		return nil, t.not("int32")
	}
	return decode(t, 4, func(b []byte) int32 { return int32(binary.LittleEndian.Uint32(b)) })
}

// Uint8s returns the values of a Uint8 tensor, which the caller must not
// change.
func (t Tensor) Uint8s() ([]uint8, error) {
	if t.DType != Uint8 {
		return nil, t.not("uint8")
	}
	return t.Bytes()
}

// Bools returns the values of a Bool tensor.
func (t Tensor) Bools() ([]bool, error) {
	if t.DType != Bool {
		return nil, t.not("bool")
	}
	return decode(t, 1, func(b []byte) bool { return b[0] != 0 })
}

func (t Tensor) not(want string) error {
	return fmt.Errorf("tensor %q holds %s, not %s", t.Name, t.DType, want)
}

// decode cuts the tensor's bytes into values of size bytes each.
func decode[T any](t Tensor, size int, value func([]byte) T) ([]T, error) {
	data, err := t.Bytes()
	if err != nil {
		return nil, err
	}
	values := make([]T, len(data)/size)
	for i := range values {
		values[i] = value(data[i*size : i*size+size])
	}
	return values, nil
}

// fromFloat16 widens an IEEE 754 binary16: sign, 5 bits of exponent, 10 bits
// of fraction.
func fromFloat16(half uint16) float32 {
	sign, exponent, fraction := uint32(half>>15)<<31, uint32(half>>10)&31, uint32(half)&1023
	switch exponent {
	case 0: // zero or subnormal: fraction · 2⁻²⁴
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)/(1<<24)))
	case 31: // infinity or not a number
		return math.Float32frombits(sign | 255<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
