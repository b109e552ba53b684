package tensorfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"
)

// Float32s returns the values of a Float32, Float16 or BFloat16 tensor. As with
// Bytes, the caller must not change them.
func (t Tensor) Float32s() ([]float32, error) {
	switch t.DType {
	case BFloat16:
		return widen(t, func(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) })
	case Float16:
		return widen(t, fromFloat16)
	}
	return decode[float32](t, Float32)
}

// Float64s returns the values of a Float64 tensor.
func (t Tensor) Float64s() ([]float64, error) { return decode[float64](t, Float64) }

// Int64s returns the values of an Int64 tensor.
func (t Tensor) Int64s() ([]int64, error) { return decode[int64](t, Int64) }

// Int32s returns the values of an Int32 tensor.
func (t Tensor) Int32s() ([]int32, error) { return decode[int32](t, Int32) }

// Uint8s returns the values of a Uint8 tensor.
func (t Tensor) Uint8s() ([]uint8, error) { return decode[uint8](t, Uint8) }

// Bools returns the values of a Bool tensor.
func (t Tensor) Bools() ([]bool, error) { return decode[bool](t, Bool) }

// decode cuts the bytes of a tensor, which must be of type want, into values.
func decode[T any](t Tensor, want DType) ([]T, error) {
	if t.DType != want {
		return nil, fmt.Errorf("tensor %q holds %s, not %s", t.Name, t.DType, want)
	}
	data, err := t.Bytes()
	if err != nil {
		return nil, err
	}
	if values := inPlace[T](data, sizes[want]); values != nil {
		return values, nil
	}
	values := make([]T, int64(len(data))/sizes[want])
	if memory := memoryOf(values); memory != nil {
		copy(memory, data)
		return values, nil
	}
	_, err = binary.Decode(data, binary.LittleEndian, values)
	return values, err
}

// inPlace returns bytes as the values that lie in them as they do in a file, without
// a copy; nil for few bytes, and for such that begin where no T may.
func inPlace[T any](data []byte, size int64) []T {
	const many = 1 << 12
	if len(data) < many || memoryOf(make([]T, 1)) == nil || uintptr(unsafe.Pointer(&data[0]))%unsafe.Sizeof(*new(T)) != 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&data[0])), int64(len(data))/size)
}

// memoryOf returns the memory of values that lie in it as they do in a file, nil
// for others: truths, which are not any byte, and on a machine that writes the
// highest byte first.
func memoryOf[T any](values []T) []byte {
	if _, truths := any(values).([]bool); truths || len(values) == 0 || binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), len(values)*int(unsafe.Sizeof(values[0])))
}

// widen returns the values of a type of 16 bits as float32.
func widen(t Tensor, value func(uint16) float32) ([]float32, error) {
	narrow, err := decode[uint16](t, t.DType)
	wide := make([]float32, len(narrow))
	for i, b := range narrow {
		wide[i] = value(b)
	}
	return wide, err
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
