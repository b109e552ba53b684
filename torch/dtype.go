package torch

// #include "ctorch.h"
import "C"

import "fmt"

// DType is the type of a tensor's elements.
type DType int32

// The element types that this package makes.
const (
	Float32  DType = C.TG_FLOAT32
	BFloat16 DType = C.TG_BFLOAT16
	Float64  DType = C.TG_FLOAT64
	Int64    DType = C.TG_INT64
	Int32    DType = C.TG_INT32
	Uint8    DType = C.TG_UINT8
	Bool     DType = C.TG_BOOL
)

var dtypeNames = [...]string{"float32", "bfloat16", "float64", "int64", "int32", "uint8", "bool"}

// String returns PyTorch's name of the type.
func (d DType) String() string {
	if d < 0 || int(d) >= len(dtypeNames) {
		return fmt.Sprintf("DType(%d)", int32(d))
	}
	return dtypeNames[d]
}

// Element is a Go type whose slices a tensor is made from.
type Element interface {
	float32 | float64 | int64 | int32 | uint8 | bool
}

func dtypeOf[T Element]() DType {
	switch any(*new(T)).(type) {
	case float32:
		return Float32
	case float64:
		return Float64
	case int64:
		return Int64
	case int32:
		return Int32
	case uint8:
		return Uint8
	default:
		return Bool
	}
}
