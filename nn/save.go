package nn

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/torch"
)

// ReadFile reads a safetensors file, or a .pth file of either form without
// running its code, into tensors on the CPU. float16 and bfloat16 become
// float32. The metadata is that of safetensors, nil elsewhere.
func ReadFile(s *torch.Scope, path string) (StateDict, map[string]string, error) {
	f, err := tensorfile.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	state := make(StateDict, len(f.Tensors))
	for i, t := range f.Tensors {
		v, err := fromFile(t)
		if err != nil {
			return nil, nil, err // names file and tensor
		}
		state[i] = Parameter{t.Name, v.make(s)}
	}
	if err := s.Err(); err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	return state, f.Metadata, nil
}

// Values are the values of a file's tensors, which can be read while libtorch is
// still being loaded.
type Values []value

type value struct {
	source
	make  func(*torch.Scope) *torch.Tensor
	write func(*torch.Scope, *torch.Tensor)
}

func (v value) read() bool { return v.make != nil }

// ReadValues reads all of an open file's tensors.
func ReadValues(f *tensorfile.File) (Values, error) {
	if f == nil {
		return nil, errors.New("read tensors: the file is nil")
	}
	values := make(Values, len(f.Tensors))
	for i, t := range f.Tensors {
		v, err := fromFile(t)
		if err != nil {
			return nil, err
		}
		finite := v.finite(torch.Float32) // now, while there is time
		if finite || t.DType != tensorfile.Float64 {
			v.finite = func(torch.DType) bool { return finite }
		}
		values[i] = v
	}
	return values, nil
}

// Split returns the values whose names belong, where nothing is said all of
// them, and the rest.
func (v Values) Split(belongs func(name string) bool) (own, rest Values) {
	if belongs == nil {
		return v, nil
	}
	for _, value := range v {
		if belongs(value.name) {
			own = append(own, value)
		} else {
			rest = append(rest, value)
		}
	}
	return own, rest
}

// Load is nn.Load of the values, which are in memory once.
func (v Values) Load(entries []Entry) error {
	sources := make([]source, len(v))
	for i, value := range v {
		if !value.read() {
			return errNotRead
		}
		sources[i] = value.source
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		return load(s, entries, sources, func(x *torch.Tensor, i int) { v[i].write(s, x) })
	})
}

var errNotRead = errors.New("values that ReadValues did not read, or that are tensors already")

// State returns the values as tensors on the CPU, once: it lets go of each as it
// goes, so that a file is not in memory twice.
func (v Values) State(s *torch.Scope) StateDict {
	state := make(StateDict, len(v))
	for i, value := range v {
		if !value.read() {
			s.Fail(errNotRead)
			return nil
		}
		state[i] = Parameter{value.name, value.make(s)}
		v[i].make, v[i].write = nil, nil
	}
	return state
}

func fromFile(t tensorfile.Tensor) (value, error) {
	switch t.DType {
	case tensorfile.Float64:
		return fromValues(t, t.Float64s)
	case tensorfile.Int64:
		return fromValues(t, t.Int64s)
	case tensorfile.Int32:
		return fromValues(t, t.Int32s)
	case tensorfile.Uint8:
		return fromValues(t, t.Uint8s)
	case tensorfile.Bool:
		return fromValues(t, t.Bools)
	}
	return fromValues(t, t.Float32s)
}

func fromValues[T torch.Element](t tensorfile.Tensor, values func() ([]T, error)) (value, error) {
	data, err := values()
	return value{
		source: source{t.Name, t.Shape, hasFractions(data), func(as torch.DType) bool { return allFinite(data, as) }},
		make:   func(s *torch.Scope) *torch.Tensor { return torch.FromSlice(s, data, t.Shape...) },
		write:  func(s *torch.Scope, x *torch.Tensor) { torch.CopySlice(s, x, data) },
	}, err
}

func hasFractions(data any) bool {
	switch data.(type) {
	case []float32, []float64:
		return true
	}
	return false
}

// allFinite reports whether no value is infinite or not a number in a tensor of a
// type: 0 times it is 0 then.
func allFinite(data any, as torch.DType) bool {
	switch data := data.(type) {
	case []float32:
		var sum float32
		for _, v := range data {
			sum += 0 * v
		}
		return sum == 0
	case []float64:
		var sum float64
		for _, v := range data {
			if as != torch.Float64 {
				v = float64(float32(v))
			}
			sum += 0 * v
		}
		return sum == 0
	}
	return true
}

// WriteFile writes a state dict, from any device, as a safetensors file: whole
// or not at all, and the same bytes for the same values. bfloat16 becomes
// float32.
func WriteFile(path string, metadata map[string]string, state StateDict) error {
	return tensorfile.Write(path, metadata, toFiles(state))
}

// Encode returns the bytes of the file that WriteFile writes.
func Encode(metadata map[string]string, state StateDict) ([]byte, error) {
	return tensorfile.Encode(metadata, toFiles(state))
}

func toFiles(state StateDict) []tensorfile.Tensor {
	tensors := make([]tensorfile.Tensor, len(state))
	for i, p := range state {
		tensors[i] = toFile(p)
	}
	return tensors
}

func toFile(p Parameter) tensorfile.Tensor {
	t := tensorfile.Tensor{Name: p.Name, Shape: p.Tensor.Shape()}
	switch p.Tensor.DType() {
	case torch.Float64:
		t.DType, t.Bytes = tensorfile.Float64, values(p.Tensor, (*torch.Tensor).Float64s)
	case torch.Int64:
		t.DType, t.Bytes = tensorfile.Int64, values(p.Tensor, (*torch.Tensor).Int64s)
	case torch.Int32:
		t.DType, t.Bytes = tensorfile.Int32, values(p.Tensor, int32s)
	case torch.Uint8:
		t.DType, t.Bytes = tensorfile.Uint8, values(p.Tensor, (*torch.Tensor).Uint8s)
	case torch.Bool:
		t.DType, t.Bytes = tensorfile.Bool, values(p.Tensor, (*torch.Tensor).Bools)
	default:
		t.DType, t.Bytes = tensorfile.Float32, values(p.Tensor, (*torch.Tensor).Float32s)
	}
	return t
}

// values returns a function that copies a tensor's values into bytes.
func values[T torch.Element](x *torch.Tensor, read func(*torch.Tensor, *torch.Scope) []T) func() ([]byte, error) {
	return func() (data []byte, err error) {
		err = torch.NoGrad(func(s *torch.Scope) error {
			data, err = littleEndian(read(x, s))
			return err
		})
		return data, err
	}
}

// littleEndian returns the bytes of values, on most machines without a copy.
func littleEndian[T torch.Element](values []T) ([]byte, error) {
	if len(values) == 0 || binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		return binary.Append(nil, binary.LittleEndian, values)
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), binary.Size(values)), nil
}

func int32s(x *torch.Tensor, s *torch.Scope) []int32 {
	wide := x.Int64s(s)
	narrow := make([]int32, len(wide))
	for i, v := range wide {
		narrow[i] = int32(v)
	}
	return narrow
}
