package torch

// #include "ctorch.h"
import "C"

// Add returns x + y, broadcast.
func (x *Tensor) Add(s *Scope, y *Tensor) *Tensor {
	return s.result("add", func(out *handle) *C.char { return C.tg_add(out, x.handle, y.handle) }, x, y)
}

// Sub returns x - y, broadcast.
func (x *Tensor) Sub(s *Scope, y *Tensor) *Tensor {
	return s.result("sub", func(out *handle) *C.char { return C.tg_sub(out, x.handle, y.handle) }, x, y)
}

// Mul returns x · y, by element, broadcast.
func (x *Tensor) Mul(s *Scope, y *Tensor) *Tensor {
	return s.result("mul", func(out *handle) *C.char { return C.tg_mul(out, x.handle, y.handle) }, x, y)
}

// Div returns x / y, broadcast.
func (x *Tensor) Div(s *Scope, y *Tensor) *Tensor {
	return s.result("div", func(out *handle) *C.char { return C.tg_div(out, x.handle, y.handle) }, x, y)
}

// Lt returns where x < y, as bool, broadcast.
func (x *Tensor) Lt(s *Scope, y *Tensor) *Tensor {
	return s.result("lt", func(out *handle) *C.char { return C.tg_lt(out, x.handle, y.handle) }, x, y)
}

// AddScalar returns x + value. Integers stay integers where value is one.
func (x *Tensor) AddScalar(s *Scope, value float64) *Tensor {
	return s.result("add", func(out *handle) *C.char { return C.tg_add_scalar(out, x.handle, C.double(value)) }, x)
}

// MulScalar returns x · value. Integers stay integers where value is one.
func (x *Tensor) MulScalar(s *Scope, value float64) *Tensor {
	return s.result("mul", func(out *handle) *C.char { return C.tg_mul_scalar(out, x.handle, C.double(value)) }, x)
}

// Pow returns x to the power of exponent.
func (x *Tensor) Pow(s *Scope, exponent float64) *Tensor {
	return s.result("pow", func(out *handle) *C.char { return C.tg_pow(out, x.handle, C.double(exponent)) }, x)
}

// Clamp returns x with what is below low or above high replaced by that.
func (x *Tensor) Clamp(s *Scope, low, high float64) *Tensor {
	return s.result("clamp", func(out *handle) *C.char {
		return C.tg_clamp(out, x.handle, C.double(low), C.double(high))
	}, x)
}

// Neg returns -x.
func (x *Tensor) Neg(s *Scope) *Tensor {
	return s.result("neg", func(out *handle) *C.char { return C.tg_neg(out, x.handle) }, x)
}

// Exp returns e to the power of x.
func (x *Tensor) Exp(s *Scope) *Tensor {
	return s.result("exp", func(out *handle) *C.char { return C.tg_exp(out, x.handle) }, x)
}

// Log returns the natural logarithm of x.
func (x *Tensor) Log(s *Scope) *Tensor {
	return s.result("log", func(out *handle) *C.char { return C.tg_log(out, x.handle) }, x)
}

// Sqrt returns the square root of x.
func (x *Tensor) Sqrt(s *Scope) *Tensor {
	return s.result("sqrt", func(out *handle) *C.char { return C.tg_sqrt(out, x.handle) }, x)
}

// Tanh returns the hyperbolic tangent of x.
func (x *Tensor) Tanh(s *Scope) *Tensor {
	return s.result("tanh", func(out *handle) *C.char { return C.tg_tanh(out, x.handle) }, x)
}

// Sigmoid returns 1 / (1 + exp(-x)).
func (x *Tensor) Sigmoid(s *Scope) *Tensor {
	return s.result("sigmoid", func(out *handle) *C.char { return C.tg_sigmoid(out, x.handle) }, x)
}

// Abs returns |x|.
func (x *Tensor) Abs(s *Scope) *Tensor {
	return s.result("abs", func(out *handle) *C.char { return C.tg_abs(out, x.handle) }, x)
}

// IsFinite returns where x is neither infinite nor NaN, as bool.
func (x *Tensor) IsFinite(s *Scope) *Tensor {
	return s.result("isfinite", func(out *handle) *C.char { return C.tg_isfinite(out, x.handle) }, x)
}

// All returns whether every element is not zero, a bool of shape ().
func (x *Tensor) All(s *Scope) *Tensor {
	return s.result("all", func(out *handle) *C.char { return C.tg_all(out, x.handle) }, x)
}

// Any returns whether some element is not zero, a bool of shape ().
func (x *Tensor) Any(s *Scope) *Tensor {
	return s.result("any", func(out *handle) *C.char { return C.tg_any(out, x.handle) }, x)
}
