package resnet

import (
	"fmt"
	"slices"
	"strings"
)

// depth is a column of He et al. 2016, table 1.
type depth struct {
	name       string
	blocks     [Layers]int
	bottleneck bool   // its blocks are figure 5 right, of three convolutions, rather than left, of two
	pretrained string // torchvision's file of weights trained on ImageNet, its IMAGENET1K_V1
}

// depths are the networks that New builds.
var depths = []depth{
	{"resnet18", [Layers]int{2, 2, 2, 2}, false, "resnet18-f37072fd.pth"},
	{"resnet34", [Layers]int{3, 4, 6, 3}, false, "resnet34-b627a593.pth"},
	{"resnet50", [Layers]int{3, 4, 6, 3}, true, "resnet50-0676ba61.pth"},
	{"resnet101", [Layers]int{3, 4, 23, 3}, true, "resnet101-63fe2227.pth"},
	{"resnet152", [Layers]int{3, 8, 36, 3}, true, "resnet152-394f9c45.pth"},
}

// Layers is the number of layers behind the stem of a ResNet.
const Layers = 4

// Names lists the networks by depth: resnet18, resnet34, resnet50, resnet101
// and resnet152.
func Names() []string {
	names := make([]string, len(depths))
	for i, d := range depths {
		names[i] = d.name
	}
	return names
}

// Pretrained returns the name of torchvision's file of weights of a network,
// trained on ImageNet. Behind its dash stand the first digits of its SHA-256.
func Pretrained(name string) (string, error) {
	d, err := depthOf(name)
	return d.pretrained, err
}

// Channels returns the number of channels that a layer of a network, 1 to 4,
// puts out; 0 for a network that is not known.
func Channels(name string, layer int) int {
	d, err := depthOf(name)
	if err != nil {
		return 0
	}
	return d.channels(layer)
}

func depthOf(name string) (depth, error) {
	i := slices.IndexFunc(depths, func(d depth) bool { return d.name == name })
	if i < 0 {
		return depth{}, fmt.Errorf("backbone %q: give %s", name, strings.Join(Names(), ", "))
	}
	return depths[i], nil
}

func (d depth) channels(layer int) int {
	channels := 64 << (layer - 1)
	if d.bottleneck {
		channels *= expansion
	}
	return channels
}

// expansion is how many times the channels of its convolution of 3 × 3 a
// bottleneck block puts out.
const expansion = 4
