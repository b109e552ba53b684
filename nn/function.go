package nn

import "github.com/seetell/seetell/torch"

// Dropout sets each element of x to 0 with probability p, and divides the
// others by 1−p, in Train; in the other modes it returns x. Srivastava et al.
// 2014, section 10.
func Dropout(s *torch.Scope, x *torch.Tensor, p float64, mode Mode) *torch.Tensor {
	if mode != Train || p == 0 {
		return x
	}
	return x.Dropout(s, p, true)
}

// MaxPool returns the largest value of each square window of (N, C, H, W).
func MaxPool(s *torch.Scope, x *torch.Tensor, kernel, stride, padding int64) *torch.Tensor {
	return x.MaxPool2D(s, kernel, stride, padding)
}

// AvgPool returns the mean of each square window of (N, C, H, W), the padding
// counted.
func AvgPool(s *torch.Scope, x *torch.Tensor, kernel, stride, padding int64) *torch.Tensor {
	return x.AvgPool2D(s, kernel, stride, padding)
}

// AdaptiveAvgPool maps (N, C, H, W) to (N, C, size, size), each place the mean
// of an equal share of the input's.
func AdaptiveAvgPool(s *torch.Scope, x *torch.Tensor, size int64) *torch.Tensor {
	return x.AdaptiveAvgPool2D(s, size, size)
}

// CrossEntropy is torch.nn.CrossEntropyLoss, mean over the targets that count.
type CrossEntropy struct {
	Ignore    int64   // the target that does not count, such as <pad>
	Smoothing float64 // the share of probability dealt to all classes alike: Szegedy et al. 2016, section 7
}

// Forward returns the mean loss, in float32 for bfloat16, of logits (N, classes) against
// targets (N), int64. It is NaN where no target counts.
func (l CrossEntropy) Forward(s *torch.Scope, logits, targets *torch.Tensor) *torch.Tensor {
	if logits.DType() == torch.BFloat16 {
		logits = logits.To(s, torch.Float32)
	}
	return logits.CrossEntropy(s, targets, torch.CrossEntropyOptions{
		IgnoreIndex: l.Ignore, LabelSmoothing: l.Smoothing, Reduction: torch.ReduceMean,
	})
}
