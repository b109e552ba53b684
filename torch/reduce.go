package torch

// #include "ctorch.h"
import "C"

// MatMul returns the matrix product of x and y, batched and broadcast over
// leading dimensions.
func (x *Tensor) MatMul(s *Scope, y *Tensor) *Tensor {
	return s.result("matmul", func(out *handle) *C.char { return C.tg_matmul(out, x.handle, y.handle) }, x, y)
}

// BMM returns the matrix products of x, of shape (N, A, B), and y, (N, B, C).
func (x *Tensor) BMM(s *Scope, y *Tensor) *Tensor {
	return s.result("bmm", func(out *handle) *C.char { return C.tg_bmm(out, x.handle, y.handle) }, x, y)
}

// Sum returns the sum over dims, all of them where none is named.
func (x *Tensor) Sum(s *Scope, dims ...int64) *Tensor {
	return s.result("sum", func(out *handle) *C.char { return C.tg_sum(out, x.handle, sizes(dims), false) }, x)
}

// Mean returns the mean over dims, all of them where none is named.
func (x *Tensor) Mean(s *Scope, dims ...int64) *Tensor {
	return s.result("mean", func(out *handle) *C.char { return C.tg_mean(out, x.handle, sizes(dims), false) }, x)
}

// Max returns the largest values along dim and their int64 places.
func (x *Tensor) Max(s *Scope, dim int64) (values, indices *Tensor) {
	return s.pair("max", func(out *handle) *C.char { return C.tg_max(out, x.handle, C.int64_t(dim)) }, x)
}

// ArgMax returns the int64 places of the largest values along dim.
func (x *Tensor) ArgMax(s *Scope, dim int64) *Tensor {
	return s.result("argmax", func(out *handle) *C.char { return C.tg_argmax(out, x.handle, C.int64_t(dim)) }, x)
}

// Likeliest returns the k likeliest words of each row of scores (R, V), by their
// softmax: the logarithms of their probabilities, float32 of shape (R, k), and
// the words, int64, in rising order. Of equally likely ones the lower are
// taken. A row with a score that is no number has none that is one. On the CPU.
func (x *Tensor) Likeliest(s *Scope, k int64) (logp, words *Tensor) {
	return s.pair("likeliest", func(out *handle) *C.char { return C.tg_likeliest(out, x.handle, C.int64_t(k)) }, x)
}

// TopK returns the k largest values of the last dimension, falling, and their
// int64 places.
func (x *Tensor) TopK(s *Scope, k int64) (values, indices *Tensor) {
	return s.pair("topk", func(out *handle) *C.char { return C.tg_topk(out, x.handle, C.int64_t(k)) }, x)
}
