package captioner

import (
	"fmt"

	"github.com/seetell/seetell/torch"
)

// Precision is the number format of products and convolutions. Weights,
// gradients, softmax, loss and the LSTM's cell state are float32 in either.
type Precision string

// The precisions. PrecisionAuto is bfloat16 where the hardware is
// faster in it, float32 elsewhere.
const (
	PrecisionAuto     Precision = "auto"
	PrecisionFloat32  Precision = "float32"
	PrecisionBFloat16 Precision = "bfloat16"
)

// Resolve returns what PrecisionAuto means on device.
func (p Precision) Resolve(device torch.Device) (Precision, error) {
	switch p {
	case PrecisionFloat32, PrecisionBFloat16:
		return p, nil
	case PrecisionAuto:
		if torch.FasterInBFloat16(device) {
			return PrecisionBFloat16, nil
		}
		return PrecisionFloat32, nil
	default:
		return "", fmt.Errorf("precision %q: give auto, float32 or bfloat16", p)
	}
}

// Imitated is what to say where Slow is true.
const Imitated = "this processor has no bfloat16 and imitates it, in many times as long as float32 takes"

// Slow reports whether products in this precision, not auto, are imitated on
// device.
func (p Precision) Slow(device torch.Device) bool {
	return p == PrecisionBFloat16 && torch.ImitatesBFloat16(device)
}

// autocast runs f with products and convolutions on device in this precision.
func (p Precision) autocast(s *torch.Scope, device torch.Device, f func()) {
	if p == PrecisionBFloat16 {
		s.Autocast(device, torch.BFloat16, f)
		return
	}
	f()
}

// dtype returns the type of products.
func (p Precision) dtype() torch.DType {
	if p == PrecisionBFloat16 {
		return torch.BFloat16
	}
	return torch.Float32
}

// cast returns w in the precision of products.
func (p Precision) cast(s *torch.Scope, w *torch.Tensor) *torch.Tensor {
	if p == PrecisionBFloat16 {
		return w.To(s, torch.BFloat16)
	}
	return w
}
