package captioner

import (
	"context"
	"fmt"
	"strings"

	"github.com/seetell/seetell/hub"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/nn/resnet"
	"github.com/seetell/seetell/torch"
)

// BackboneLayers is the number of layers behind the stem of a backbone.
const BackboneLayers = resnet.Layers

// backbonePrefix stands before the names of the backbone's tensors.
const backbonePrefix = "encoder.backbone."

// InBackbone tells whether a tensor of a network belongs to its backbone.
func InBackbone(name string) bool { return strings.HasPrefix(name, backbonePrefix) }

// LoadBackbone gives the backbone its weights: "imagenet" for torchvision's,
// downloaded where they are not in PyTorch's cache; "none" to leave it as it
// is; else a file of the same network with torchvision's names, which are
// timm's too.
func (n *Network) LoadBackbone(ctx context.Context, source string) error {
	switch source {
	case "none":
		return nil
	case "imagenet":
		name, err := resnet.Pretrained(n.Config.Backbone)
		if err != nil {
			return err
		}
		if source, err = hub.TorchWeights(ctx, name); err != nil {
			return err
		}
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		state, _, err := nn.ReadFile(s, source)
		if err != nil {
			return err
		}
		classifier := "fc." // of ImageNet's classes
		if err := nn.Load(n.Encoder.backbone.Named(""), state.Without(classifier)); err != nil {
			return fmt.Errorf("read the weights of %s from %s: %w", n.Config.Backbone, source, err)
		}
		return nil
	})
}
