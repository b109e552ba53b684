package captioner

import (
	"fmt"

	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// Grow gives the vocabulary room for more words, whose embeddings and outputs
// are drawn anew; those of the words before stay as they are. Entries that
// Named gave before stay whole too, until Close, but the network no longer uses
// those of the vocabulary's size.
func (n *Network) Grow(words int) error {
	switch {
	case words == n.VocabularySize:
		return nil
	case words < n.VocabularySize:
		return fmt.Errorf("extend the vocabulary: %d words where it has %d", words, n.VocabularySize)
	}
	embedding := nn.NewEmbedding(n.scope, words, n.Config.Embedding)
	output := nn.NewLinear(n.scope, n.Config.Hidden, words, nn.Options{Bias: true})
	nn.ToDevice(n.scope, append(embedding.Named(""), output.Named("")...), n.Device)
	drawn := append(embedding.Named(""), output.Named("")...)
	kept := append(n.Decoder.embedding.Named(""), n.Decoder.output.Named("")...)
	err := n.scope.Err()
	if err == nil {
		err = torch.NoGrad(func(s *torch.Scope) error {
			for i, old := range kept {
				drawn[i].Tensor.Narrow(s, 0, 0, int64(n.VocabularySize)).CopyFrom(s, old.Tensor)
			}
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("extend the vocabulary: %w", err)
	}
	n.Decoder.embedding, n.Decoder.output, n.VocabularySize = embedding, output, words
	return nil
}
