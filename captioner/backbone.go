package captioner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
// is; a file of the same network with torchvision's names, which are timm's too,
// alone or within a larger model; else the name of such a model on the Hugging
// Face hub, timm/resnet18.tv_in1k.
func (n *Network) LoadBackbone(ctx context.Context, source string) error {
	if source == "none" {
		return nil
	}
	path, err := backboneFile(ctx, n.Config.Backbone, source)
	if err != nil {
		return err
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		state, _, err := nn.ReadFile(s, path)
		if err != nil {
			return err
		}
		classifier := "fc." // of ImageNet's classes
		if err := nn.Load(n.Encoder.backbone.Named(""), resnetIn(state).Without(classifier)); err != nil {
			return fmt.Errorf("read the weights of %s from %s: %w", n.Config.Backbone, source, err)
		}
		return nil
	})
}

// resnetIn returns the tensors of the ResNet in a state dict, which may be that of
// a larger model: one of "backbone.conv1.weight" and "head.weight", say, or what
// a wrapper counts beside "module.conv1.weight". Where it holds none, or several,
// it returns all.
func resnetIn(state nn.StateDict) nn.StateDict {
	const first, last = "conv1.weight", "layer4.1.conv2.weight"
	has := func(name string) bool {
		return slices.ContainsFunc(state, func(p nn.Parameter) bool { return p.Name == name })
	}
	var prefixes []string
	for _, p := range state {
		if prefix, ok := strings.CutSuffix(p.Name, first); ok && has(prefix+last) {
			prefixes = append(prefixes, prefix)
		}
	}
	if len(prefixes) != 1 || prefixes[0] != "" && !strings.HasSuffix(prefixes[0], ".") {
		return state
	}
	return state.Under(prefixes[0])
}

// backboneFile returns the path of a backbone's weights, which it downloads
// where they are not here.
func backboneFile(ctx context.Context, backbone, source string) (string, error) {
	onHub := "timm/" + backbone + ".tv_in1k" // the very weights that "imagenet" stands for
	if source == "imagenet" {
		name, err := resnet.Pretrained(backbone)
		if err != nil {
			return "", err
		}
		path, err := hub.TorchWeights(ctx, name)
		if err != nil && ctx.Err() == nil {
			err = fmt.Errorf("%w; the hub has the same weights by the name %s", err, onHub)
		}
		return path, err
	}
	if _, err := os.Stat(source); !errors.Is(err, fs.ErrNotExist) {
		return source, nil // reading it says what is wrong with it
	}
	repo, err := hub.Parse(hub.Models, source)
	if err != nil || slices.Contains([]string{".pth", ".pt", ".bin", ".safetensors"}, filepath.Ext(source)) {
		return "", fmt.Errorf("encoder weights %s: no such file, and not the name of a model on the hub, such as %s: %w", source, onHub, fs.ErrNotExist)
	}
	path, err := hub.Environment().Fetch(ctx, repo, safetensorsOf)
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("encoder weights: %w; torchvision's own address has %s's weights by the name imagenet, and a file may be named too", err, backbone)
	}
	return path, err
}

// safetensorsOf picks a repository's weights among the names of its files.
func safetensorsOf(names []string) (string, error) {
	const usual = "model.safetensors"
	if slices.Contains(names, usual) {
		return usual, nil
	}
	return "", fmt.Errorf("it has no %s, the one form of weights that is taken from the hub", usual)
}
