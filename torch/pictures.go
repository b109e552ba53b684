package torch

// #include "ctorch.h"
import "C"

// Normalise maps RGB pixels x, uint8 of shape (N, H, W, 3) on the CPU, to (x / 255 −
// mean) / deviation, float32 of shape (N, 3, H, W), channels last in memory, as
// single operators would, to the last bit. Statistics are float32 of shape (2, 3): means and
// deviations. It takes no part in gradients.
func (x *Tensor) Normalise(s *Scope, statistics *Tensor) *Tensor {
	return s.result("normalise", func(out *handle) *C.char {
		return C.tg_normalise(out, x.handle, statistics.handle)
	}, x, statistics)
}
