package captioner

import (
	"math"

	"github.com/seetell/seetell/torch"
)

// enlarge returns x, of shape (N, C, H, W), enlarged bilinearly to height × width
// as torch.nn.functional.interpolate does it, corners not aligned: a product for
// each of the two directions.
func enlarge(s *torch.Scope, x *torch.Tensor, height, width int64) *torch.Tensor {
	if min(x.Dim(2), x.Dim(3)) < 1 { // after a failure
		return x
	}
	x = x.MatMul(s, bilinear(s, x, x.Dim(3), width))
	return x.Transpose(s, 2, 3).MatMul(s, bilinear(s, x, x.Dim(2), height)).Transpose(s, 2, 3)
}

// bilinear returns the weights of size values in each of the enlarged ones,
// (size, enlarged), of like's kind.
func bilinear(s *torch.Scope, like *torch.Tensor, size, enlarged int64) *torch.Tensor {
	weights := make([]float32, size*enlarged)
	for to := range enlarged {
		at := max((float64(to)+.5)*float64(size)/float64(enlarged)-.5, 0)
		from := int64(math.Floor(at))
		next, share := min(from+1, size-1), float32(at-float64(from))
		weights[from*enlarged+to] += 1 - share
		weights[next*enlarged+to] += share
	}
	return torch.FromSlice(s, weights, size, enlarged).ToDevice(s, like.Device()).To(s, like.DType())
}
