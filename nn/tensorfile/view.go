package tensorfile

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

// view is a tensor as _rebuild_tensor_v2 describes it.
type view struct {
	storage       *storage
	offset        int64 // of its first value, in values
	shape, stride []int64
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
