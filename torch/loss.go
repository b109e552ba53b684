package torch

// #include "ctorch.h"
import "C"

// Reduction says what a loss does with the losses of its elements.
type Reduction int64

// The reductions, numbered as in libtorch; the mean is the zero value's
// meaning in [CrossEntropyOptions].
const (
	ReduceMean Reduction = iota
	ReduceSum
	ReduceNone
)

func (r Reduction) c() C.int64_t {
	switch r {
	case ReduceSum:
		return 2
	case ReduceNone:
		return 0
	}
	return 1
}

// CrossEntropyOptions are the options of CrossEntropy.
type CrossEntropyOptions struct {
	IgnoreIndex    int64   // targets of this class count for nothing; -100 for none
	LabelSmoothing float64 // share of the target spread over all classes (Szegedy et al. 2016, section 7)
	Reduction      Reduction
}

// CrossEntropy returns the cross-entropy between the logits x, of shape (N, V)
// or (N, V, …), and target, int64 classes of shape (N) or (N, …).
func (x *Tensor) CrossEntropy(s *Scope, target *Tensor, o CrossEntropyOptions) *Tensor {
	options := C.tg_cross_entropy_options{
		reduction:       o.Reduction.c(),
		ignore_index:    C.int64_t(o.IgnoreIndex),
		label_smoothing: C.double(o.LabelSmoothing),
	}
	return s.result("cross_entropy", func(out *handle) *C.char {
		return C.tg_cross_entropy(out, x.handle, target.handle, options)
	}, x, target)
}
