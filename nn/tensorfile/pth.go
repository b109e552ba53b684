package tensorfile

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// storage is a run of values that tensors of a .pth file are views of.
type storage struct {
	key    string
	dtype  DType
	length int64 // values
	read   func() ([]byte, error)
}

// view is a tensor as _rebuild_tensor_v2 describes it.
type view struct {
	storage       *storage
	offset        int64 // of its first value, in values
	shape, stride []int64
}

// storages are the storages of a .pth file by key, filled by a pickle's
// references to them.
type storages struct {
	byKey map[string]*storage
	last  *storage // whose bytes were read last, for tensors that share one
	bytes []byte
}

var storageTypes = map[class]DType{
	"torch DoubleStorage": Float64, "torch FloatStorage": Float32,
	"torch HalfStorage": Float16, "torch BFloat16Storage": BFloat16,
	"torch LongStorage": Int64, "torch IntStorage": Int32,
	"torch ByteStorage": Uint8, "torch BoolStorage": Bool,
}

// refer returns the storage of a persistent id of torch.save:
// ("storage", type, key, device, length), and None behind them in the older
// form.
func (s *storages) refer(id tuple) (any, error) {
	if len(id) < 5 || id[0] != "storage" {
		return nil, errors.New("it refers to something that is no storage")
	}
	if len(id) > 5 && id[5] != nil {
		return nil, errors.New("it holds a view of a storage, as PyTorch wrote before 0.4: save it again with a newer one")
	}
	name, _ := id[1].(class)
	key, keyed := id[2].(string)
	length, counted := id[4].(int64)
	dtype, known := storageTypes[name]
	if !known {
		return nil, fmt.Errorf("values of type %q are not read", name)
	}
	if !keyed || !counted || length < 0 || length > math.MaxInt64/sizes[dtype] {
		return nil, errors.New("a storage has no key or no sound length")
	}
	if old := s.byKey[key]; old != nil {
		if old.dtype != dtype || old.length != length {
			return nil, fmt.Errorf("storage %q is described in two ways", key)
		}
		return old, nil
	}
	if s.byKey == nil {
		s.byKey = map[string]*storage{}
	}
	s.byKey[key] = &storage{key: key, dtype: dtype, length: length}
	return s.byKey[key], nil
}

// build makes the objects of a state dict. Every other class is refused by
// name, without any of its code.
func build(c class, a tuple) (any, error) {
	switch c {
	case "collections OrderedDict":
		if len(a) == 0 {
			return &dict{}, nil
		}
	case "torch._utils _rebuild_parameter": // data, requires_grad, hooks
		if len(a) > 0 {
			return a[0], nil
		}
	case "torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2": // storage, offset, size, stride, …
		if len(a) >= 4 {
			return newView(a[0], a[1], a[2], a[3])
		}
	default:
		return nil, fmt.Errorf("it holds an object of class %q, and only tensors are read: save model.state_dict() instead", c)
	}
	return nil, fmt.Errorf("%s has %d arguments", c, len(a))
}

func newView(store, offset, size, stride any) (*view, error) {
	v := &view{}
	var known, placed bool
	v.storage, known = store.(*storage)
	v.offset, placed = offset.(int64)
	var err error
	if v.shape, err = integers(size); err != nil {
		return nil, err
	}
	if v.stride, err = integers(stride); err != nil {
		return nil, err
	}
	if !known || !placed || v.offset < 0 || len(v.shape) != len(v.stride) || len(v.shape) > maximumDimensions {
		return nil, errors.New("a tensor's storage, offset, size or stride is missing or unsound")
	}
	return v, v.check()
}

func integers(value any) ([]int64, error) {
	items, ok := value.(tuple)
	numbers := make([]int64, len(items))
	for i := range items {
		number, integer := items[i].(int64)
		ok = ok && integer && number >= 0
		numbers[i] = number
	}
	if !ok {
		return nil, errors.New("a tensor's size or stride is no tuple of integers of at least 0")
	}
	return numbers, nil
}

// check checks that the view lies within its storage and is no larger.
func (v *view) check() error {
	count, last, over := uint64(1), uint64(v.offset), false
	for i, size := range v.shape {
		high, low := bits.Mul64(count, uint64(size))
		step, reach := bits.Mul64(uint64(max(size, 1)-1), uint64(v.stride[i]))
		var carry uint64
		last, carry = bits.Add64(last, reach, 0)
		count, over = low, over || high+step+carry != 0
	}
	length := uint64(v.storage.length)
	if over || count > length || count > 0 && last >= length {
		return fmt.Errorf("a tensor of shape %v, strides %v and offset %d does not fit its storage of %d values", v.shape, v.stride, v.offset, length)
	}
	return nil
}

// gather returns the view's values in row order out of its storage's bytes.
func (v *view) gather(data []byte) []byte {
	size := sizes[v.storage.dtype]
	count := int64(1)
	contiguous := true
	for i := len(v.shape) - 1; i >= 0; i-- {
		contiguous = contiguous && (v.shape[i] == 1 || v.stride[i] == count)
		count *= v.shape[i]
	}
	if count == 0 {
		return nil
	}
	if contiguous {
		return slices.Clone(data[v.offset*size : (v.offset+count)*size])
	}
	return v.appendStrided(make([]byte, 0, count*size), data, 0, v.offset)
}

// appendStrided appends the values of the dimensions from axis on, whose first
// value is number at of the storage.
func (v *view) appendStrided(out, data []byte, axis int, at int64) []byte {
	if axis == len(v.shape) {
		size := sizes[v.storage.dtype]
		return append(out, data[at*size:(at+1)*size]...)
	}
	for i := range v.shape[axis] {
		out = v.appendStrided(out, data, axis+1, at+i*v.stride[axis])
	}
	return out
}

// bytesOf returns all bytes of a storage, those of the last one without
// reading them again.
func (s *storages) bytesOf(one *storage) ([]byte, error) {
	if s.last == one {
		return s.bytes, nil
	}
	data, err := one.read()
	if err != nil {
		return nil, err
	}
	s.last, s.bytes = one, data
	return data, nil
}

// file makes a File of a pickle's value: a state dict, or a dict that holds
// one under one of the usual names.
func (s *storages) file(value any) (*File, error) {
	for _, under := range []string{"", "state_dict", "model_state_dict", "model"} {
		if d, ok := member(value, under).(*dict); ok {
			tensors, err := s.tensors(d)
			if err != nil || len(tensors) > 0 {
				return &File{Tensors: tensors}, err
			}
		}
	}
	return nil, errors.New("it holds no state dict: save model.state_dict()")
}

// member returns the value under a key of a dict, nil where there is none, or
// the dict itself for the key "".
func member(value any, key string) any {
	d, ok := value.(*dict)
	if !ok || key == "" {
		return value
	}
	var found any
	for i := range d.keys {
		if d.keys[i] == key {
			found = d.values[i]
		}
	}
	return found
}

// tensors lists the tensors of a dict; its other values are left out.
func (s *storages) tensors(d *dict) ([]Tensor, error) {
	var tensors []Tensor
	seen := map[string]bool{}
	for i := range d.keys {
		v, ok := d.values[i].(*view)
		if !ok {
			continue
		}
		name, named := d.keys[i].(string)
		if !named || seen[name] {
			return nil, fmt.Errorf("a tensor's name is no text, or stands twice: %v", d.keys[i])
		}
		seen[name] = true
		tensors = append(tensors, Tensor{Name: name, DType: v.storage.dtype, Shape: v.shape, Bytes: func() ([]byte, error) {
			data, err := s.bytesOf(v.storage)
			if err != nil {
				return nil, err
			}
			return v.gather(data), nil
		}})
	}
	return tensors, nil
}
