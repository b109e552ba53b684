package captioner

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// backbonePrefix stands before the names of the backbone's tensors.
const backbonePrefix = "encoder.backbone."

// InBackbone tells whether a tensor of a network belongs to its backbone.
func InBackbone(name string) bool { return strings.HasPrefix(name, backbonePrefix) }

// Save writes a checkpoint whole: the network's tensors and what m says.
func (n *Network) Save(path string, m Metadata) error { return n.SaveWith(path, m, nil, nil) }

// Marshal returns the bytes of the checkpoint that Save writes.
func (n *Network) Marshal(m Metadata) ([]byte, error) {
	text, err := m.Texts()
	if err != nil {
		return nil, err
	}
	return nn.Encode(text, nn.StateOf(n.Named()))
}

// SaveWith writes a checkpoint with more metadata and tensors beside its own.
func (n *Network) SaveWith(path string, m Metadata, more map[string]string, beside nn.StateDict) error {
	text, err := m.Texts()
	if err != nil {
		return err
	}
	maps.Copy(text, more)
	return nn.WriteFile(path, text, append(nn.StateOf(n.Named()), beside...))
}

// Load returns the network of the checkpoint at path, on device, and what the
// checkpoint says of itself. The caller closes the network.
func Load(path string, device torch.Device) (n *Network, m Metadata, err error) {
	err = torch.NoGrad(func(s *torch.Scope) error {
		var rest nn.StateDict
		n, m, rest, _, err = LoadWith(s, path, device)
		if err == nil && len(rest) > 0 {
			n.Close()
			return fmt.Errorf("read %s: %q is no tensor of this model", path, rest[0].Name)
		}
		return err
	})
	return n, m, checkpoint.NameWhole(path, err)
}

// LoadWith is Load for a checkpoint written by SaveWith: it also returns what
// stands beside the network, its tensors in the scope.
func LoadWith(s *torch.Scope, path string, device torch.Device) (*Network, Metadata, nn.StateDict, map[string]string, error) {
	state, texts, err := nn.ReadFile(s, path)
	if err != nil {
		return nil, Metadata{}, nil, nil, err
	}
	m, err := checkpoint.Parse(path, texts)
	if err != nil {
		return nil, m, nil, nil, err
	}
	if err := checkSizes(m, state); err != nil {
		return nil, m, nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	network, err := NewNetwork(m.Model, len(m.Vocabulary), device)
	if err != nil {
		return nil, m, nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	rest := state.Without("encoder.").Without("decoder.")
	if err := nn.Load(network.Named(), own(state, rest)); err != nil {
		network.Close()
		return nil, m, nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	return network, m, rest, texts, nil
}

// own returns the tensors of state that are not in rest.
func own(state, rest nn.StateDict) nn.StateDict {
	beside := map[string]bool{}
	for _, p := range rest {
		beside[p.Name] = true
	}
	var kept nn.StateDict
	for _, p := range state {
		if !beside[p.Name] {
			kept = append(kept, p)
		}
	}
	return kept
}

// LoadBackbone gives the backbone its weights: "imagenet" for torchvision's,
// downloaded where they are not in PyTorch's cache; "none" to leave it as it
// is; else a file of ResNet-18 with torchvision's or timm's names.
func (n *Network) LoadBackbone(ctx context.Context, source string) error {
	switch source {
	case "none":
		return nil
	case "imagenet":
		path, err := ImageNetWeights(ctx)
		if err != nil {
			return err
		}
		source = path
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		state, _, err := nn.ReadFile(s, source)
		if err != nil {
			return err
		}
		classifier := "fc." // of ImageNet's classes
		if err := nn.Load(n.Encoder.backbone.Named(""), state.Without(classifier)); err != nil {
			return fmt.Errorf("read ResNet-18's weights from %s: %w", source, err)
		}
		return nil
	})
}

// Grow gives the vocabulary room for more words, whose embeddings and outputs
// are drawn anew; those of the words before stay as they are.
func (n *Network) Grow(words int) error {
	if words == n.VocabularySize {
		return nil
	}
	grown, err := NewNetwork(n.Config, words, n.Device)
	if err != nil {
		return err
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		old := n.Named()
		for i, entry := range grown.Named() {
			rows := entry.Tensor
			if size := old[i].Tensor.Dim(0); size < entry.Tensor.Dim(0) {
				rows = rows.Narrow(s, 0, 0, size)
			}
			rows.CopyFrom(s, old[i].Tensor)
		}
		return nil
	})
	if err != nil {
		grown.Close()
		return fmt.Errorf("extend the vocabulary: %w", err)
	}
	n.Close()
	*n = *grown
	return nil
}
