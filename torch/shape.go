package torch

// #include "ctorch.h"
import "C"

import (
	"fmt"
	"slices"
)

// Reshape returns x with another shape; one size may be -1, what is left.
func (x *Tensor) Reshape(s *Scope, shape ...int64) *Tensor {
	return s.result("reshape", func(out *handle) *C.char { return C.tg_reshape(out, x.handle, sizes(shape)) }, x)
}

// Permute returns x with its dimensions in the given order.
func (x *Tensor) Permute(s *Scope, dims ...int64) *Tensor {
	return s.result("permute", func(out *handle) *C.char { return C.tg_permute(out, x.handle, sizes(dims)) }, x)
}

// Transpose returns x with dimensions a and b exchanged.
func (x *Tensor) Transpose(s *Scope, a, b int64) *Tensor {
	return s.result("transpose", func(out *handle) *C.char {
		return C.tg_transpose(out, x.handle, C.int64_t(a), C.int64_t(b))
	}, x)
}

// Unsqueeze returns x with a dimension of size 1 put at dim.
func (x *Tensor) Unsqueeze(s *Scope, dim int64) *Tensor {
	return s.result("unsqueeze", func(out *handle) *C.char {
		return C.tg_unsqueeze(out, x.handle, C.int64_t(dim))
	}, x)
}

// Squeeze returns x without dimension dim, where that has size 1.
func (x *Tensor) Squeeze(s *Scope, dim int64) *Tensor {
	return s.result("squeeze", func(out *handle) *C.char { return C.tg_squeeze(out, x.handle, C.int64_t(dim)) }, x)
}

// Narrow returns length entries of dim from start, in the same memory.
func (x *Tensor) Narrow(s *Scope, dim, start, length int64) *Tensor {
	return s.result("narrow", func(out *handle) *C.char {
		return C.tg_narrow(out, x.handle, C.int64_t(dim), C.int64_t(start), C.int64_t(length))
	}, x)
}

// Flatten returns x with the dimensions from the given one on made one.
func (x *Tensor) Flatten(s *Scope, from int64) *Tensor {
	return s.result("flatten", func(out *handle) *C.char {
		return C.tg_flatten(out, x.handle, C.int64_t(from))
	}, x)
}

// Cat returns tensors joined along dim.
func Cat(s *Scope, dim int64, parts ...*Tensor) *Tensor {
	return s.result("cat", func(out *handle) *C.char {
		return C.tg_cat(out, list(handles(parts)), C.int64_t(dim))
	}, parts...)
}

// Chunk returns n parts of x along dim, in the same memory. They are of one
// size, but for the last, which may be smaller; a size that does not give n
// such parts is an error.
func (x *Tensor) Chunk(s *Scope, n int, dim int64) []*Tensor {
	return s.parts("chunk", n, func(out *handle) *C.char {
		return C.tg_chunk(out, x.handle, C.int64_t(n), C.int64_t(dim))
	}, x)
}

// Split returns parts of x of the given lengths along dim, in the same memory.
// The lengths' sum must be dim's size. Its backward joins the parts' gradients
// once, where Narrow's writes all of x's for each part.
func (x *Tensor) Split(s *Scope, lengths []int64, dim int64) []*Tensor {
	return s.parts("split", len(lengths), func(out *handle) *C.char {
		return C.tg_split(out, x.handle, (*C.int64_t)(&lengths[0]), C.int64_t(len(lengths)), C.int64_t(dim))
	}, x)
}

// parts runs an operation that returns n tensors.
func (s *Scope) parts(op string, n int, run func(out *handle) *C.char, inputs ...*Tensor) []*Tensor {
	const most = 1 << 20
	parts := slices.Repeat([]*Tensor{inert}, min(max(n, 0), most))
	switch {
	case n < 1:
		s.Fail(&Error{Op: op, Message: "no parts asked for"})
		return parts
	case n > most:
		s.Fail(&Error{Op: op, Message: fmt.Sprintf("%d parts asked for, more than %d", n, most)})
		return parts
	}
	out := make([]handle, n)
	s.do(op, func() *C.char { return run(&out[0]) }, inputs...)
	for i, h := range out {
		if h != nil {
			parts[i] = s.own(h)
		}
	}
	return parts
}

// IndexSelect returns the entries of dim that index, int64 or int32 of shape (n),
// names.
func (x *Tensor) IndexSelect(s *Scope, dim int64, index *Tensor) *Tensor {
	return s.result("index_select", func(out *handle) *C.char {
		return C.tg_index_select(out, x.handle, C.int64_t(dim), index.handle)
	}, x, index)
}

// Gather returns, at each place of index (int64), the element of x there with
// the place along dim replaced by the index.
func (x *Tensor) Gather(s *Scope, dim int64, index *Tensor) *Tensor {
	return s.result("gather", func(out *handle) *C.char {
		return C.tg_gather(out, x.handle, C.int64_t(dim), index.handle)
	}, x, index)
}

// Where returns the elements of a where condition, of type bool, is true, and
// those of b elsewhere.
func Where(s *Scope, condition, a, b *Tensor) *Tensor {
	return s.result("where", func(out *handle) *C.char {
		return C.tg_where(out, condition.handle, a.handle, b.handle)
	}, condition, a, b)
}
