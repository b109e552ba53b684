// Package tensorfile reads and writes files of named tensors: safetensors, and
// PyTorch's .pth in its zip and its older pickle form. It needs no libtorch,
// checks a file before it trusts it, and never runs pickled code.
package tensorfile

import (
	"fmt"
	"math"
	"math/bits"
)

// DType is the type of a tensor's values, named as safetensors names it.
type DType string

// The types that are read. Float16 and BFloat16 values are given as float32,
// which holds each of them exactly.
const (
	Float64  DType = "F64"
	Float32  DType = "F32"
	Float16  DType = "F16"
	BFloat16 DType = "BF16"
	Int64    DType = "I64"
	Int32    DType = "I32"
	Uint8    DType = "U8"
	Bool     DType = "BOOL"
)

var sizes = map[DType]int64{
	Float64: 8, Float32: 4, Float16: 2, BFloat16: 2, Int64: 8, Int32: 4, Uint8: 1, Bool: 1,
}

// Tensor is a tensor of a file, or one to be written.
type Tensor struct {
	Name  string
	DType DType
	Shape []int64

	// Bytes returns the values in row order, little-endian, reading them where
	// they come from a file. The caller must not change them.
	Bytes func() ([]byte, error)
}

// maximumDimensions is more than any tensor has; a file that names more is not
// what it seems.
const maximumDimensions = 64

// Size returns the number of bytes that the values take. It fails on an
// unknown type, a negative size and a product that no file can hold.
func (t Tensor) Size() (int64, error) {
	product, ok := uint64(sizes[t.DType]), true
	if product == 0 {
		return 0, fmt.Errorf("tensor %q: type %q is not one that is read", t.Name, t.DType)
	}
	if len(t.Shape) > maximumDimensions {
		return 0, fmt.Errorf("tensor %q: a shape of %d dimensions is too large", t.Name, len(t.Shape))
	}
	for _, size := range t.Shape {
		if size < 0 {
			return 0, fmt.Errorf("tensor %q: shape %v has a negative size", t.Name, t.Shape)
		}
		high, low := bits.Mul64(product, uint64(size))
		product, ok = low, ok && high == 0 && low <= math.MaxInt64
	}
	if !ok {
		return 0, fmt.Errorf("tensor %q: shape %v is too large", t.Name, t.Shape)
	}
	return int64(product), nil
}
