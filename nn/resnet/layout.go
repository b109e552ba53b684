package resnet

import (
	"fmt"

	"github.com/seetell/seetell/nn"
)

// conv is a convolution without bias, and the BatchNorm behind it, as both New
// and Shapes read it.
type conv struct {
	name, norm              string // torchvision's
	in, out, kernel, stride int
}

// stem is the convolution that pictures come through first.
var stem = conv{"conv1", "bn1", 3, 64, 7, 2}

// block is a residual block: its convolutions in order, and the one of its
// shortcut, nil for the identity.
type block struct {
	prefix   string
	convs    []conv
	shortcut *conv
}

// layout lists a network's blocks, layer by layer.
func (d depth) layout() (layers [Layers][]block) {
	in := stem.out
	for i := range layers {
		out := d.channels(i + 1)
		for j := range d.blocks[i] {
			stride := 1
			if i > 0 && j == 0 {
				stride = 2
			}
			b := block{prefix: fmt.Sprintf("layer%d.%d.", i+1, j), convs: d.convs(in, out, stride)}
			if stride != 1 || in != out {
				b.shortcut = &conv{"downsample.0", "downsample.1", in, out, 1, stride}
			}
			layers[i] = append(layers[i], b)
			in = out
		}
	}
	return layers
}

// convs are those of a block. A bottleneck block strides in its convolution of
// 3 × 3, as torchvision does, where He et al. stride in the one before.
func (d depth) convs(in, out, stride int) []conv {
	if !d.bottleneck {
		return []conv{{"conv1", "bn1", in, out, 3, stride}, {"conv2", "bn2", out, out, 3, 1}}
	}
	width := out / expansion
	return []conv{
		{"conv1", "bn1", in, width, 1, 1}, {"conv2", "bn2", width, width, 3, stride}, {"conv3", "bn3", width, out, 1, 1},
	}
}

// Shapes lists the tensors of a network, as Named does, without building it.
func Shapes(name string) ([]nn.Shape, error) {
	d, err := depthOf(name)
	if err != nil {
		return nil, err
	}
	shapes := stem.shapes("")
	for _, layer := range d.layout() {
		for _, b := range layer {
			for _, c := range b.convs {
				shapes = append(shapes, c.shapes(b.prefix)...)
			}
			if b.shortcut != nil {
				shapes = append(shapes, b.shortcut.shapes(b.prefix)...)
			}
		}
	}
	return shapes, nil
}

func (c conv) shapes(prefix string) []nn.Shape {
	out, kernel := int64(c.out), int64(c.kernel)
	shapes := []nn.Shape{{Name: prefix + c.name + ".weight", Of: []int64{out, int64(c.in), kernel, kernel}}}
	for _, vector := range []string{"weight", "bias", "running_mean", "running_var"} {
		shapes = append(shapes, nn.Shape{Name: prefix + c.norm + "." + vector, Of: []int64{out}})
	}
	return append(shapes, nn.Shape{Name: prefix + c.norm + ".num_batches_tracked", Of: []int64{}})
}
