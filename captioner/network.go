package captioner

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// Network is the captioner's encoder and decoder, with their tensors. It
// belongs to one goroutine at a time.
type Network struct {
	Config         Config
	VocabularySize int
	Device         torch.Device
	Encoder        *Encoder
	Decoder        *Decoder
	scope          *torch.Scope
}

// NewNetwork returns a network with PyTorch's initial values, drawn by
// libtorch's generator (torch.ManualSeed), on device. Close frees it.
func NewNetwork(c Config, vocabularySize int, device torch.Device) (*Network, error) {
	return newNetwork(c, vocabularySize, device, true)
}

// newNetwork is NewNetwork, or leaves the values to be filled in.
func newNetwork(c Config, vocabularySize int, device torch.Device, drawn bool) (*Network, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if vocabularySize < leastWords {
		return nil, fmt.Errorf("a vocabulary of %d words: it must have %d at least, the special ones", vocabularySize, leastWords)
	}
	if err := torch.Open(); err != nil {
		return nil, err
	}
	scope := torch.NewScope()
	scope.LeaveUndrawn(!drawn)
	n := &Network{Config: c, VocabularySize: vocabularySize, Device: device, scope: scope}
	var err error
	n.Encoder, err = newEncoder(scope, c)
	n.Decoder = newDecoder(scope, c, vocabularySize)
	scope.LeaveUndrawn(false) // what Grow adds is drawn
	if err := errors.Join(err, scope.Err()); err != nil {
		n.Close()
		return nil, fmt.Errorf("build the network: %w", err)
	}
	nn.ToDevice(scope, n.Named(), device)
	nn.ChannelsLast(scope, n.Named()) // which libtorch's fast convolutions want
	if err := scope.Err(); err != nil {
		n.Close()
		return nil, fmt.Errorf("move the network to %s: %w", device, err)
	}
	return n, nil
}

// Named lists every tensor of the network with its name in the checkpoint.
func (n *Network) Named() []nn.Entry {
	return append(n.Encoder.Named("encoder."), n.Decoder.Named(decoderPrefix)...)
}

const decoderPrefix = "decoder."

// InDecoder reports whether an entry of Named is the decoder's.
func InDecoder(name string) bool { return strings.HasPrefix(name, decoderPrefix) }

// Uniform says whether all places weigh the same, whatever attention says.
func (n *Network) Uniform(uniform bool) { n.Decoder.attention.uniform = uniform }

// Across has every BatchNorm in training take the statistics of the whole batch
// that processes share: sum returns a tensor's sum over them, and sums gradients
// on the way back.
func (n *Network) Across(sum func(*torch.Scope, *torch.Tensor) *torch.Tensor) { n.Encoder.across(sum) }

// Close frees the tensors.
func (n *Network) Close() { n.scope.Close() }

// EncodePictures maps normalised pictures (N, 3, S, S) to the backbone's pooled
// features (N, L, C) and to the features f that the decoder attends to,
// (N, L, F).
func (n *Network) EncodePictures(s *torch.Scope, x *torch.Tensor, modes Modes, p Precision) (pooled, features *torch.Tensor) {
	if modes.Frozen != 0 {
		return n.EncodeFrom(s, n.FrozenFeatures(s, x, modes.Frozen, p), modes, p)
	}
	return n.EncodeFrom(s, n.stem(s, x, modes, p), modes, p)
}

// Pooled is the part of EncodePictures that the backbone does, from what
// FrozenFeatures returned for modes.Frozen layers or, with none frozen, from
// pictures.
func (n *Network) Pooled(s *torch.Scope, x *torch.Tensor, modes Modes, p Precision) (pooled *torch.Tensor) {
	if modes.Frozen == 0 {
		x = n.stem(s, x, modes, p)
	}
	return n.above(s, x, modes, p)
}

// Project is the other part of EncodePictures, from pooled features.
func (n *Network) Project(s *torch.Scope, pooled *torch.Tensor, modes Modes, p Precision) (features *torch.Tensor) {
	if n == nil || n.scope == nil {
		s.Fail(errNoNetwork)
		return nothing(s)
	}
	p.autocast(s, n.Device, func() { features = n.Encoder.Project(s, pooled, modes.Norm) })
	return features
}

func (n *Network) stem(s *torch.Scope, x *torch.Tensor, modes Modes, p Precision) *torch.Tensor {
	if !n.sees(s, x, 0) {
		return nothing(s)
	}
	p.autocast(s, n.Device, func() { x = n.Encoder.below(s, x, 0, modes.Backbone) })
	return x
}

func (n *Network) above(s *torch.Scope, below *torch.Tensor, modes Modes, p Precision) (pooled *torch.Tensor) {
	if !n.sees(s, below, modes.Frozen) {
		return nothing(s)
	}
	p.autocast(s, n.Device, func() {
		pooled = n.Encoder.pool(s, n.Encoder.above(s, below, modes.Frozen, modes.Backbone))
	})
	return pooled
}

// FrozenFeatures maps normalised pictures (N, 3, S, S) through the backbone's
// stem and its first layers, 1 to 4 of them, and returns their output, channels
// last, without a graph. Frozen layers give a picture the same features in each
// epoch, so the caller may keep them.
func (n *Network) FrozenFeatures(s *torch.Scope, x *torch.Tensor, layers int, p Precision) *torch.Tensor {
	if !n.sees(s, x, layers) {
		return nothing(s)
	}
	return s.WithinNoGrad(func(s *torch.Scope) []*torch.Tensor {
		p.autocast(s, n.Device, func() { x = n.Encoder.below(s, x, layers, nn.Eval) })
		return []*torch.Tensor{x}
	})[0]
}

// EncodeFrom is EncodePictures from what FrozenFeatures returned for
// modes.Frozen layers.
func (n *Network) EncodeFrom(s *torch.Scope, below *torch.Tensor, modes Modes, p Precision) (pooled, features *torch.Tensor) {
	pooled = n.above(s, below, modes, p)
	return pooled, n.Project(s, pooled, modes, p)
}
