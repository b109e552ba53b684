package captioner

import (
	"fmt"
	"slices"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
)

// checkSizes compares the sizes that a checkpoint states with those of its
// tensors, before a network takes memory by them: the file is no larger than
// its tensors, and may say anything. Between them the tensors looked at have
// every size.
func checkSizes(m checkpoint.Metadata, state nn.StateDict) error {
	c := m.Model
	for _, want := range []struct {
		name  string
		shape []int64
	}{
		{"decoder.embedding.weight", []int64{int64(len(m.Vocabulary)), int64(c.Embedding)}},
		{"decoder.lstm.weight_hh", []int64{4 * int64(c.Hidden), int64(c.Hidden)}},
		{"decoder.attention.feature.weight", []int64{int64(c.Attention), int64(c.Features)}},
	} {
		found := slices.IndexFunc(state, func(p nn.Parameter) bool { return p.Name == want.name })
		if found < 0 {
			return fmt.Errorf("tensor %q is missing", want.name)
		}
		if shape := state[found].Tensor.Shape(); !slices.Equal(shape, want.shape) {
			return fmt.Errorf("tensor %q has shape %v, and the checkpoint's sizes make it %v", want.name, shape, want.shape)
		}
	}
	return nil
}
