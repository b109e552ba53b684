package captioner

import (
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/nn/resnet"
)

// shapes lists the tensors of a network, as Named does, without building it.
func shapes(c Config, vocabularySize int) ([]nn.Shape, error) {
	backbone, err := resnet.Shapes(c.Backbone)
	if err != nil {
		return nil, err
	}
	var all []nn.Shape
	add := func(name string, of ...int64) { all = append(all, nn.Shape{Name: name, Of: of}) }
	linear := func(name string, in, out int) {
		add(name+".weight", int64(out), int64(in))
		add(name+".bias", int64(out))
	}
	for _, shape := range backbone {
		add(backbonePrefix+shape.Name, shape.Of...)
	}
	linear("encoder.projection", channels(c), c.Features)
	if c.FeatureNorm == checkpoint.FeatureNormBatch {
		for _, vector := range []string{"weight", "bias", "running_mean", "running_var"} {
			add("encoder.norm."+vector, int64(c.Features))
		}
		add("encoder.norm.num_batches_tracked", []int64{}...)
	}
	add("decoder.embedding.weight", int64(vocabularySize), int64(c.Embedding))
	linear("decoder.attention.feature", c.Features, c.Attention)
	linear("decoder.attention.hidden", c.Hidden, c.Attention)
	linear("decoder.attention.score", c.Attention, 1)
	linear("decoder.init_h", c.Features, c.Hidden)
	linear("decoder.init_c", c.Features, c.Hidden)
	linear("decoder.gate", c.Hidden, c.Features)
	gates := int64(4 * c.Hidden)
	add("decoder.lstm.weight_ih", gates, int64(c.Embedding+c.Features))
	add("decoder.lstm.weight_hh", gates, int64(c.Hidden))
	add("decoder.lstm.bias_ih", gates)
	add("decoder.lstm.bias_hh", gates)
	linear("decoder.output", c.Hidden, vocabularySize)
	if c.Output == checkpoint.OutputDeep {
		linear("decoder.output_context", c.Features, c.Hidden)
		add("decoder.output_word.weight", int64(c.Hidden), int64(c.Embedding))
	}
	return all, nil
}

// mostPictureMemory is what one picture may take while a model looks at it.
const mostPictureMemory = 1 << 30

// pictureMemory returns about how many bytes a picture of size × size pixels
// takes at once in the backbone: where its channels are most, three tensors of
// float32 behind its stem's convolution, of half its sides, or in layer 1, of
// a quarter of them, beside the picture itself in float32, twice.
func pictureMemory(c Config, size int) int64 {
	side := int64(size+1) / 2
	stem, layer1 := 64*side*side, int64(resnet.Channels(c.Backbone, 1))*(side/2)*(side/2)
	return 4 * (3*max(stem, layer1) + 2*3*int64(size)*int64(size))
}
