package captioner

import "github.com/seetell/seetell/torch"

// chances is what drop draws from: numbers of 16 bits.
const chances = 1 << 16

// drop returns x with each element made 0 with probability p and the others
// divided by 1-p.
func (o LossOptions) drop(s *torch.Scope, x *torch.Tensor, p float64) *torch.Tensor {
	if o.Random == nil || p <= 0 || s.Err() != nil {
		return x.Dropout(s, p, true)
	}
	kept, dropped := float32(1/(1-p)), uint64(p*chances+.5)
	mask := make([]float32, x.Numel())
	for i := 0; i < len(mask); i += 4 {
		bits := o.Random.Uint64()
		for j := i; j < min(i+4, len(mask)); j++ {
			if bits%chances >= dropped {
				mask[j] = kept
			}
			bits /= chances
		}
	}
	return x.Mul(s, torch.FromSlice(s, mask, x.Shape()...).ToDevice(s, x.Device()).To(s, x.DType()))
}

// FeatureMask draws what pictures' features (N, L, F) are multiplied by, (N, 1, F):
// 0 with probability FeatureDropout, at all of a picture's places, so that no feature
// is told by its neighbours, and 1/(1-FeatureDropout) for the others. It is nil where
// nothing is dropped.
func (o LossOptions) FeatureMask(s *torch.Scope, features *torch.Tensor) *torch.Tensor {
	if o.FeatureDropout <= 0 || s.Err() != nil {
		return nil
	}
	all := torch.Full(s, 1, features.DType(), features.Device(), features.Dim(0), 1, features.Dim(2))
	return o.drop(s, all, o.FeatureDropout)
}
