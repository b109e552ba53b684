package torch

// #include "ctorch.h"
import "C"

// Linear returns x·weightᵀ + bias for x of shape (…, I), weight (O, I) and bias
// (O), which may be nil.
func (x *Tensor) Linear(s *Scope, weight, bias *Tensor) *Tensor {
	b := optional(bias)
	return s.result("linear", func(out *handle) *C.char {
		return C.tg_linear(out, x.handle, weight.handle, b.handle)
	}, x, weight, b)
}

// PackLinear returns weight, (O, I), laid out once for Linear of about so many
// rows at a time, where that is faster on this processor, and weight itself
// elsewhere. x must have its type, and nothing is learned through it: where x
// does, Linear fails.
func (weight *Tensor) PackLinear(s *Scope, rows int) *Tensor {
	return s.result("pack_linear", func(out *handle) *C.char {
		return C.tg_pack_linear(out, weight.handle, C.int64_t(rows))
	}, weight)
}

// Softmax returns exp(x) over its sum along dim.
func (x *Tensor) Softmax(s *Scope, dim int64) *Tensor {
	return s.result("softmax", func(out *handle) *C.char { return C.tg_softmax(out, x.handle, C.int64_t(dim)) }, x)
}

// LogSoftmax returns the logarithm of Softmax.
func (x *Tensor) LogSoftmax(s *Scope, dim int64) *Tensor {
	return s.result("log_softmax", func(out *handle) *C.char {
		return C.tg_log_softmax(out, x.handle, C.int64_t(dim))
	}, x)
}

// Embedding returns the rows of x, the weight of shape (V, E), that indices,
// int64 or int32 of any shape, name.
func (x *Tensor) Embedding(s *Scope, indices *Tensor) *Tensor {
	return s.result("embedding", func(out *handle) *C.char {
		return C.tg_embedding(out, x.handle, indices.handle)
	}, x, indices)
}

// Dropout returns x with each element made 0 with probability p and the others
// divided by 1-p (Srivastava et al. 2014, section 10) in training; else x.
func (x *Tensor) Dropout(s *Scope, p float64, training bool) *Tensor {
	return s.result("dropout", func(out *handle) *C.char {
		return C.tg_dropout(out, x.handle, C.double(p), C.bool(training))
	}, x)
}
